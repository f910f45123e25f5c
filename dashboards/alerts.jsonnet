// The alerts: `tools/regenerate` makes rules/alerts.yaml of them. An alert a class of the registry, then the host, then the agent.
local a = import 'source/alert.libsonnet';

local quoted(text) = "'" + std.strReplace(text, "'", "''") + "'";

// An expression of several lines as a block.
local expression(text) =
  if std.length(std.findSubstr('\n', text)) == 0 then text
  else '|\n' + std.join('\n', ['          ' + line for line in std.split(std.rstripChars(text, '\n'), '\n')]);

local labels(one) = if one.severity == '' then [] else ['        labels:', '          severity: ' + one.severity];

local rule(one) = std.join('\n', [
  '      - alert: ' + one.name,
  '        expr: ' + expression(one.expr),
] + (if one.duration == '' then [] else ['        for: ' + one.duration]) + labels(one) + [
  '        annotations:',
] + [
  // Bare, so that an address can be put in front of it.
  '          %s: %s' % [pair[0], if pair[0] == 'runbook_url' then pair[1] else quoted(pair[1])]
  for pair in one.annotations
]) + '\n';

local group(name, alerts) = '  - name: %s\n    rules:\n' % name + std.join('\n', std.map(rule, alerts));

std.rstripChars(|||
  # Made by tools/regenerate from dashboards/alerts.jsonnet and the registry of finding classes. A finding has already met its own
  # threshold of time when it appears; `for` only keeps one that heals at once from paging. runbook_url is relative to the root of
  # this repository. The severity of an alert on a finding is that of the finding.
  groups:
||| + std.join('\n', [
  group('sockwarden-findings', std.map(a.of_class, import 'source/classes.libsonnet')),
  group('sockwarden-host', import 'source/host_alerts.libsonnet'),
  group('sockwarden-agent', import 'source/agent_alerts.libsonnet'),
]), '\n')
