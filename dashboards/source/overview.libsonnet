local p = import 'panels.libsonnet';

[1, 'Overview', [
  p.line([
    p.stat(2,
           'Subjects of findings',
           'short',
           'Connections, descriptors and requests that active findings cover now.',
           'sum(sockwarden_findings{<program>}) or vector(0)',
           [[1, 'orange'], [10, 'red']]),
    p.stat(3,
           'Programs with findings',
           'short',
           'Programs, told apart by name, container and unit, that have at least one active finding.',
           'count(sum by (<service>) (sockwarden_findings{<program>}) > 0) or vector(0)',
           [[1, 'orange'], [10, 'red']]),
    p.stat(4,
           'Agents up',
           'short',
           'Agents that Prometheus reaches at the moment.',
           'sum(up{<host>})',
           [[1, 'green']],
           'red'),
    p.stat(5,
           'Established connections',
           'short',
           'Connections in state ESTABLISHED now, both sides of those that stay on a host.',
           'sum(sockwarden_connections{<program>, state="established"})'),
    p.stat(6,
           'Opened per second',
           'cps',
           'Connections established, by clients and servers.',
           'sum(rate(sockwarden_connections_opened_total{<program>}[<rate>])) or vector(0)') + p.decimals(1),
    p.stat(7,
           'Failed connects per second',
           'cps',
           'Attempts that ended in anything but a connection, without those that the program gave up itself.',
           'sum(rate(sockwarden_connect_outcomes_total{<program>, outcome!~"established|abandoned"}[<rate>])) or vector(0)',
           [[0.1, 'orange'], [10, 'red']]) + p.decimals(2),
  ], 4),
  p.line([
    p.table(8, 'Findings now', 'Who mishandles which connections, and how. The class links to its runbook: what it means, how it is proven, how it is mended.', [
      'sum by (<service>, role, server_address, class, qualifier) (sockwarden_findings{<program>}) > 0',
    ], [['class', 'Class'], ['qualifier', 'Cause']] + p.service_columns + [['role', 'Role'], ['server_address', 'Endpoint'], ['instance', 'Instance'], ['Value', 'Subjects']], 'Subjects') + p.column('Class', [['links', [{ title: 'Runbook of ${__value.text}', url: '${runbooks}/agent/detect/${__value.text}.md', targetBlank: true }]]]) + p.column('Subjects', [['thresholds', p.steps([[1, 'orange'], [10, 'red']])], p.coloured]),
  ], 9),
  p.line([
    p.graph(9, 'Findings by class', 'short', 'Subjects of active findings: connections, descriptors or requests.', [
      ['{{class}}', 'sum by (class) (sockwarden_findings{<program>})'],
      ['{{class}}, muted', 'sum by (class) (sockwarden_findings_muted{<program>})'],
    ]) + p.stacked,
    p.graph(10, 'New findings', 'short', 'Subjects that findings began to cover in the last hour.', [
      ['{{class}}', 'sum by (class) (increase(sockwarden_finding_subjects_total{<program>}[1h])) > 0'],
    ]),
    p.graph(11, 'Connections by state', 'short', 'By TCP state. A CLOSE_WAIT that stays is a connection that the peer ended and the program did not.', [
      ['{{state}}', 'sum by (state) (sockwarden_connections{<program>})'],
    ]) + p.stacked,
  ]),
  p.line([
    p.graph(12, 'Opened and closed', 'cps', 'Connections established and ended, by the side that the program is on. Two lines that part are connections that pile up.', [
      ['{{role}} opened', 'sum by (role) (rate(sockwarden_connections_opened_total{<program>}[<rate>]))'],
      ['{{role}} closed', '-sum by (role) (rate(sockwarden_connections_closed_total{<program>}[<rate>]))'],
    ]) + p.mirrored,
    p.graph(13, 'Failed connects by cause', 'cps', 'refused: nothing listens. timed_out: no answer. unreachable: no route. no_port: no free local port. abandoned: the program gave up.', [
      ['{{outcome}}', 'sum by (outcome) (rate(sockwarden_connect_outcomes_total{<program>, outcome!="established"}[<rate>]))'],
    ]) + p.stacked,
    p.graph(14, 'Failed connects by program and endpoint', 'cps', 'The ten worst, without attempts that the program gave up itself.', [
      ['<service> {{server_address}}', 'topk(10, sum by (<service>, server_address) (rate(sockwarden_connect_outcomes_total{<program>, outcome!~"established|abandoned"}[<rate>])) > 0)'],
    ]),
  ]),
]]
