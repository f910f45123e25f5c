// What an alert is made of. `duration` is empty where it fires at once, `severity` where the series have their own; annotations are
// [[name, text], …].
local called = '{{ or $labels.service $labels.comm }}';
local service = called + '{{ if and $labels.service (ne $labels.service $labels.comm) }} ({{ $labels.comm }}){{ end }}{{ with $labels.unit }} of {{ . }}{{ end }}{{ with $labels.container_id }} in container {{ printf "%.12s" . }}{{ end }}';
// In Kubernetes the node; else the target without its port.
local host = '{{ or $labels.node (reReplaceAll ":[0-9]+$" "" $labels.instance) }}';
local server = '{{ with $labels.server_address }}{{ . }}{{ else }}none{{ end }}';

local alert(name, expr, duration, severity, annotations) = {
  name: name,
  expr: expr,
  duration: duration,
  severity: severity,
  annotations: annotations,
};

{
  /// One of the registry of classes.
  of_class(one):: alert(
    'Sockwarden' + std.join('', [std.asciiUpper(word[0]) + word[1:] for word in std.split(one.class, '-')]),
    'sum without (confidence) (sockwarden_findings{class="%s"}) > 0' % one.class,
    one.alert['for'],
    '',
    [
      ['service', service],
      ['host', host],
      ['server', server],
      ['cause', one.words.cause],
      ['summary', called + ' on ' + host + '{{ with $labels.server_address }} ({{ . }}){{ end }}: ' + one.words.summary],
      ['description', one.words.description],
      // Without the service: it names itself, and this is pasted into a shell.
      ['first_step', 'On ' + host + ': `sockwarden findings --class ' + one.class + '` names process and place. ' + one.words.first],
      ['runbook_url', one.page],
    ]
  ),

  /// Of a program and one of its resources, whatever the detectors say.
  of_program(name, expr, duration, severity, cause, summary, description, first, page, where='none'):: alert(name, expr, duration, severity, [
    ['service', service],
    ['host', host],
    ['server', where],
    ['cause', cause],
    ['summary', called + ' on ' + host + '%s: ' % (if where == 'none' then '' else ' ({{ $labels.server_address }})') + summary],
    ['description', description],
    ['first_step', first],
    ['runbook_url', page],
  ]),

  /// Of the agent itself; `heading` is that of its runbook.
  of_agent(name, expr, duration, severity, summary, description, heading):: alert(name, expr, duration, severity, [
    ['summary', summary],
    ['description', description],
    ['runbook_url', 'dashboards/runbooks/agent.md#' + heading],
  ]),
  server:: server,
}
