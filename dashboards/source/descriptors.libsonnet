local p = import 'panels.libsonnet';

[56, 'Descriptors', [
  p.line([
    p.graph(57, 'Descriptors by type', 'short', 'Open now, of all programs that are selected.', [
      ['{{type}}', 'sum by (type) (sockwarden_descriptors{<program>})'],
    ]) + p.stacked,
    p.graph(58, 'Descriptors by program', 'short', 'The ten programs with most open descriptors.', [
      ['<service>', 'topk(10, sum by (<service>) (sockwarden_descriptors{<program>}))'],
    ]),
    p.graph(59, 'Share of the limit in use', 'percentunit', 'Of RLIMIT_NOFILE; the highest where several processes share a name. The ten nearest to their limit.', [
      ['<service>', 'topk(10, sockwarden_descriptors_used_ratio{<program>})'],
    ]) + p.share + p.marked([[0.7, 'orange'], [0.9, 'red']]),
  ]),
  p.line([
    p.graph(60, 'Share of the limit in four hours', 'percentunit', 'Where the growth of the last half hour leads. Only programs that grow.', [
      ['<service>', 'topk(10, predict_linear(sockwarden_descriptors_used_ratio{<program>}[30m], 4 * 3600) and deriv(sockwarden_descriptors_used_ratio{<program>}[30m]) > 0.000001)'],
    ]) + p.marked([[1, 'red']]) + p.wide(8),
    p.table(61, 'Time to the limit', 'Programs in the order in which they run out of descriptors, at the growth of the last half hour.', [
      'sum by (<service>) (sockwarden_descriptors{<program>})',
      'sockwarden_descriptors_limit{<program>}',
      'sockwarden_descriptors_used_ratio{<program>}',
      '(1 - sockwarden_descriptors_used_ratio{<program>}) / (deriv(sockwarden_descriptors_used_ratio{<program>}[30m]) > 0.000001)',
    ], [['instance', 'Instance']] + p.service_columns + [['Value #A', 'Open'], ['Value #B', 'Limit'], ['Value #C', 'In use'], ['Value #D', 'Reaches it in']], 'In use') + p.column('In use', [['unit', 'percentunit'], ['thresholds', p.steps([[0.7, 'orange'], [0.9, 'red']])], p.coloured]) + p.column('Reaches it in', [['unit', 's']]) + p.wide(16),
  ]),
]]
