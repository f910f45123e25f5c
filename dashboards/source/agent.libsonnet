local p = import 'panels.libsonnet';

[69, 'The agent itself', [
  p.line([
    p.stat(70,
           'Hooks missing',
           'short',
           'Hooks that are attached in none of their variants. `sockwarden doctor` says what is lost by each.',
           'count(max by (job, instance, hook) (sockwarden_hook_attached{<host>}) == 0) or vector(0)',
           [[1, 'red']]),
    p.stat(71,
           'Configuration',
           'short',
           'The lowest answer of all agents: whether the last reload of the configuration, and of the web configuration, was taken over.',
           'min(sockwarden_config_last_reload_successful{<host>}) * min(sockwarden_web_config_last_reload_successful{<host>})') + {
      fieldConfig+: { defaults+: { noValue: 'unknown', mappings: [p.mapping([['1', 'in force', 'green'], ['0', 'refused', 'red']])] } },
      options+: { colorMode: 'background' },
    },
    p.stat(72,
           'Details lost',
           'short',
           'Closed connections whose details were lost to a full ring, in the time that is shown. Totals count them all the same.',
           'sum(increase(sockwarden_details_lost_total{<host>}[$__range]))',
           [[1, 'orange']]) + p.decimals(0),
    p.stat(73,
           'Endpoints in other',
           'short',
           'Endpoints that are summed in server_address="other", because a program has more than metrics.endpoints_per_process.',
           'sum(sockwarden_endpoint_series_folded{<host>})'),
    p.stat(74,
           'Names folded',
           'short',
           'Programs that are summed in comm="other", because too many had come and gone, in the time that is shown.',
           'sum(increase(sockwarden_identities_folded_total{<host>}[$__range]))',
           [[1, 'orange']]) + p.decimals(0),
    p.stat(75,
           'MPTCP connections',
           'short',
           'MPTCP connections seen in the time that is shown; their data is not followed.',
           'sum(increase(sockwarden_mptcp_connections_total{<host>}[$__range]))') + p.decimals(0),
  ], 4),
  p.line([
    p.graph(76, 'Losses by kind', 'cps', 'Events for which a table had no room.', [
      ['{{instance}} {{kind}}', 'sum by (instance, kind) (rate(sockwarden_losses_total{<host>}[<rate>]))'],
      ['{{instance}} detail', 'sum by (instance) (rate(sockwarden_details_lost_total{<host>}[<rate>]))'],
      ['{{instance}} missed, made up for', 'sum by (instance) (rate(sockwarden_events_missed_total{<host>}[<rate>]))'],
      ['{{instance}} pool connection', 'sum by (instance) (rate(sockwarden_pool_connections_dropped_total{<host>}[<rate>]))'],
      ['{{instance}} finding', 'sum by (instance) (rate(sockwarden_findings_refused_total{<host>}[<rate>]))'],
      ['{{instance}} history of waits', 'sum by (instance) (rate(sockwarden_wait_histories_forgotten_total{<host>}[<rate>]))'],
      ['{{instance}} line of the log', 'sum by (instance) (rate(sockwarden_log_lines_dropped_total{<host>}[<rate>]))'],
    ]),
    p.graph(77, 'Unattributed connections', 'cps', 'Connections that ended before any process used them.', [
      ['{{instance}}', 'sum by (instance) (rate(sockwarden_connections_unattributed_total{<host>}[<rate>]))'],
    ]),
    p.graph(90, 'Summed, or without room', 'short', 'Endpoints and histograms that are summed in "other", and findings that have no room among the others.', [
      ['{{instance}} endpoints', 'sockwarden_endpoint_series_folded{<host>}'],
      ['{{instance}} histograms', 'sockwarden_distribution_series_folded{<host>}'],
      ['{{instance}} findings', 'sockwarden_findings_without_room{<host>}'],
    ]),
    p.graph(78, 'Tables', 'percentunit', 'Share of the room in use, of tables in which what is new may have none.', [
      ['{{instance}} {{table}}', 'sockwarden_table_entries{<host>} / (sockwarden_table_capacity{<host>} > 0)'],
    ]) + p.share + p.marked([[0.7, 'orange'], [0.9, 'red']]),
  ]),
  p.line([
    p.graph(79, 'Scan duration', 's', 'Of the last good scan; it is to stay far below the scan interval.', [
      ['{{instance}}', 'rate(sockwarden_scan_duration_seconds_sum{<host>}[<rate>]) / (rate(sockwarden_scan_duration_seconds_count{<host>}[<rate>]) > 0)'],
    ]),
    p.graph(80, 'Scans', 'short', 'Good ones a second, failed ones by the part that could not be read, and the age of the last good one.', [
      ['{{instance}} a second', 'rate(sockwarden_scans_total{<host>}[<rate>])'],
      ['{{instance}} age in seconds', 'time() - sockwarden_last_scan_timestamp_seconds{<host>}'],
      ['{{instance}} failed, {{part}}', 'sum by (instance, part) (rate(sockwarden_scan_failures_total{<host>}[<rate>]))'],
    ]),
    p.graph(81, 'Scrape duration', 's', 'Time to write the page of metrics, on average, and of the scrape as a whole as Prometheus sees it.', [
      ['{{instance}} writing', 'rate(sockwarden_scrape_duration_seconds_sum{<host>}[<rate>]) / (rate(sockwarden_scrape_duration_seconds_count{<host>}[<rate>]) > 0)'],
      ['{{instance}} scrape', 'scrape_duration_seconds{<host>}'],
    ]),
  ]),
  p.line([
    p.graph(82, 'Processor time', 'percentunit', 'Of one processor.', [
      ['{{instance}}', 'rate(process_cpu_seconds_total{<host>}[<rate>]) and on (job, instance) sockwarden_build_info'],
    ]) + p.marked([[0.25, 'orange']]),
    p.graph(83, 'Memory', 'bytes', 'Resident memory of the agent, and its largest tables. Those of the kernel are no part of it.', [
      ['{{instance}}', 'process_resident_memory_bytes{<host>} and on (job, instance) sockwarden_build_info'],
      ['{{instance}} {{table}}', 'topk by (job, instance) (4, sockwarden_table_bytes{<host>})'],
    ]),
    p.graph(84, 'Descriptors of the agent', 'short', 'Open now, and the limit.', [
      ['{{instance}} open', 'process_open_fds{<host>} and on (job, instance) sockwarden_build_info'],
      ['{{instance}} limit', 'process_max_fds{<host>} and on (job, instance) sockwarden_build_info'],
    ]),
    p.graph(89, 'Questions to the reader', 'cps', 'The reader is the process that reads files and memory of the programs: what it was asked, by the result, and how often it was started.', [
      ['{{instance}} {{result}}', 'sum by (instance, result) (rate(sockwarden_reads_total{<host>}[<rate>]))'],
      ['{{instance}} started', 'rate(sockwarden_reader_starts_total{<host>}[<rate>])'],
    ]),
  ]),
  p.line([
    p.table(85, 'Hooks', 'What each agent is attached to, and in which variant.', [
      'sockwarden_hook_attached{<host>}',
    ], [['instance', 'Instance'], ['hook', 'Hook'], ['kind', 'Kind'], ['variant', 'Variant'], ['Value', 'State']], 'Hook') + p.column('State', [['mappings', [p.mapping([['1', 'attached', 'green'], ['0', 'missing', 'red']])]], p.coloured]) + p.wide(16),
    p.table(86, 'Agents', 'Version and start of each agent.', [
      'sockwarden_build_info{<host>}',
      'sockwarden_start_timestamp_seconds{<host>} * 1000',
    ], [['instance', 'Instance'], ['version', 'Version'], ['Value #B', 'Started']], 'Started') + p.column('Started', [['unit', 'dateTimeAsIso']]) + p.wide(8),
  ], 9),
]]
