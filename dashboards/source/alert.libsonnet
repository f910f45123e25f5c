// What an alert is made of. `duration` is empty where it fires at once, `severity` where the series have their own; annotations are
// [[name, text], …].
local called = '{{ or $labels.service $labels.comm }}';
local service = called + '{{ if and $labels.service (ne $labels.service $labels.comm) }} ({{ $labels.comm }}){{ end }}{{ with $labels.unit }} of {{ . }}{{ end }}{{ with $labels.container_id }} in container {{ printf "%.12s" . }}{{ end }}';
local endpoint = '{{ with $labels.server_address }}{{ . }}{{ else }}none{{ end }}';

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
      ['endpoint', endpoint],
      ['cause', one.words.cause],
      ['summary', called + '{{ with $labels.server_address }} ({{ . }}){{ end }}: ' + one.words.summary],
      ['description', one.words.description],
      ['runbook_url', one.page],
    ]
  ),

  /// Of a program and one of its resources, whatever the detectors say.
  of_program(name, expr, duration, severity, cause, summary, description, page, where='none'):: alert(name, expr, duration, severity, [
    ['service', service],
    ['endpoint', where],
    ['cause', cause],
    ['summary', called + '%s: ' % (if where == 'none' then '' else ' ({{ $labels.server_address }})') + summary],
    ['description', description],
    ['runbook_url', page],
  ]),

  /// Of the agent itself; `heading` is that of its runbook.
  of_agent(name, expr, duration, severity, summary, description, heading):: alert(name, expr, duration, severity, [
    ['summary', summary],
    ['description', description],
    ['runbook_url', 'dashboards/runbooks/agent.md#' + heading],
  ]),
  endpoint:: endpoint,
}
