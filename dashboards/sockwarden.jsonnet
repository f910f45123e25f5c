// The dashboard: `tools/regenerate` makes sockwarden.json of it, which Grafana loads.
local p = import 'source/panels.libsonnet';
local v = import 'source/variables.libsonnet';

local rows = [
  import 'source/overview.libsonnet',
  import 'source/each_class.libsonnet',
  import 'source/clients.libsonnet',
  import 'source/servers.libsonnet',
  import 'source/descriptors.libsonnet',
  import 'source/options.libsonnet',
  import 'source/agent.libsonnet',
];

{
  uid: 'sockwarden',
  title: 'sockwarden',
  description: 'Which programs mishandle their TCP connections and descriptors, how, and since when.',
  tags: ['sockwarden', 'tcp', 'network'],
  schemaVersion: 38,
  version: 1,
  id: null,
  editable: true,
  graphTooltip: 1,
  style: 'dark',
  timezone: '',
  weekStart: '',
  fiscalYearStartMonth: 0,
  liveNow: false,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  timepicker: {},
  links: [],
  annotations: { list: [
    {
      builtIn: 1,
      datasource: { type: 'grafana', uid: '-- Grafana --' },
      enable: true,
      hide: true,
      iconColor: 'rgba(0, 211, 255, 1)',
      name: 'Annotations & Alerts',
      type: 'dashboard',
    },
    {
      datasource: p.datasource,
      enable: true,
      expr: 'changes(sockwarden_start_timestamp_seconds{%s}[2m]) > 0' % p.words.host,
      iconColor: 'blue',
      name: 'Agent started',
      titleFormat: 'Agent started',
      textFormat: '{{instance}}',
      step: '60s',
    },
  ] },
  templating: { list: v },
  panels: p.place(rows),
}
