local p = import 'panels.libsonnet';

[62, 'Socket options', [
  p.line([
    p.graph(63, 'Connections without keep-alive', 'short', 'Established without SO_KEEPALIVE: a peer that vanishes is never noticed while the connection is idle.', [
      ['<service> {{role}}', 'topk(10, sum by (<service>, role) (sockwarden_connections_without_keepalive{<program>}) > 0)'],
    ]),
    p.graph(64, 'Share without keep-alive', 'percentunit', 'Of the established connections of a program.', [
      ['<service> {{role}}', 'sum by (<service>, role) (sockwarden_connections_without_keepalive{<program>}) / (sum by (<service>, role) (sockwarden_connections{<program>, state="established"}) > 0)'],
    ]) + p.share,
    p.graph(65, 'setsockopt by option', 'cps', 'Calls on TCP sockets.', [
      ['{{option}}', 'sum by (option) (rate(sockwarden_setsockopt_total{<program>}[<rate>]))'],
    ]) + p.stacked,
  ]),
  p.line([
    p.graph(66, 'Received and not yet read', 'bytes', 'Bytes in receive queues now. What grows is a program that does not read.', [
      ['<service> {{role}}', 'topk(10, sum by (<service>, role) (sockwarden_unread_receive_bytes{<program>}))'],
    ]),
    p.graph(67, 'Written and not yet acknowledged', 'bytes', 'Bytes in send queues now. What grows is a peer, or a path, that does not take them.', [
      ['<service> {{role}}', 'topk(10, sum by (<service>, role) (sockwarden_unsent_bytes{<program>}))'],
    ]),
    p.table(68, 'Options set, by program', 'Calls of setsockopt on TCP sockets since each agent started.', [
      'sum by (<service>, option) (sockwarden_setsockopt_total{<program>})',
    ], [['instance', 'Instance']] + p.service_columns + [['option', 'Option'], ['Value', 'Calls']], 'Calls'),
  ]),
]]
