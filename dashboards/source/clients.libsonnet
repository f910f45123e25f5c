local p = import 'panels.libsonnet';

[26, 'Clients and pools', [
  p.line([
    p.graph(27, 'Exchanges a connection', 'short', 'Median of closed client connections. Two exchanges are one request and its response: a pool that works has hundreds.', [
      ['<service>', 'histogram_quantile(0.5, sum by (<service>, le) (rate(sockwarden_connection_exchanges_bucket{<program>, role="client"}[<rate>])))'],
    ]),
    p.graph(28, 'Exchanges a connection opened, by endpoint', 'short', 'The ten lowest. Near 2, each request pays for its own connection.', [
      ['<service> {{server_address}}', 'bottomk(10, sum by (<service>, server_address) (rate(sockwarden_exchanges_total{<program>, role="client"}[<rate>])) / (sum by (<service>, server_address) (rate(sockwarden_connections_opened_total{<program>, role="client"}[<rate>])) > 0))'],
    ]) + p.marked([[4, 'green']], 'red'),
    p.graph(29, 'Connections opened, by endpoint', 'cps', 'The ten endpoints with most new client connections: churn, where the number of open ones stands still.', [
      ['<service> {{server_address}}', 'topk(10, sum by (<service>, server_address) (rate(sockwarden_connections_opened_total{<program>, role="client"}[<rate>])))'],
    ]),
  ]),
  p.line([
    p.graph(30, 'Open client connections', 'short', 'Established, by program: the size of its pools.', [
      ['<service>', 'sum by (<service>) (sockwarden_connections{<program>, role="client", state="established"})'],
    ]),
    p.graph(31, 'Closed with no exchange', 'cps', 'Connections established and ended before anything was answered: probes, lost races between addresses, or pools that open too many.', [
      ['<service> {{server_address}}', 'topk(10, sum by (<service>, server_address) (rate(sockwarden_unused_closes_total{<program>, role="client"}[<rate>])) > 0)'],
    ]),
    p.graph(32, 'Who closes client connections, and how', 'cps', 'own fin is a pool that gives up a connection; peer fin an idle limit on the other side; resets lose data.', [
      ['{{closed_by}} {{close_reason}}', 'sum by (closed_by, close_reason) (rate(sockwarden_connections_closed_total{<program>, role="client"}[<rate>]))'],
    ]) + p.stacked,
    p.graph(88, 'Long waits', 'short', 'Connections that wait longer than the threshold, by what is known of a time limit: limited, unproven (neither a limit nor its absence has shown), proven (a finding).', [
      ['<service> {{phase}} {{verdict}}', 'sum by (<service>, phase, verdict) (sockwarden_waits{<program>}) > 0'],
    ]),
  ]),
  p.line([
    p.graph(33, 'Longest idle gap', 's', 'Median and 95th percentile of closed client connections. Compare it with the idle limits on both sides.', [
      ['median <service>', 'histogram_quantile(0.5, sum by (<service>, le) (rate(sockwarden_connection_longest_idle_seconds_bucket{<program>, role="client"}[<rate>])))'],
      ['p95 <service>', 'histogram_quantile(0.95, sum by (<service>, le) (rate(sockwarden_connection_longest_idle_seconds_bucket{<program>, role="client"}[<rate>])))'],
    ]),
    p.graph(34, 'Lifetime of connections', 's', 'Median and 95th percentile of closed client connections.', [
      ['median <service>', 'histogram_quantile(0.5, sum by (<service>, le) (rate(sockwarden_connection_lifetime_seconds_bucket{<program>, role="client"}[<rate>])))'],
      ['p95 <service>', 'histogram_quantile(0.95, sum by (<service>, le) (rate(sockwarden_connection_lifetime_seconds_bucket{<program>, role="client"}[<rate>])))'],
    ]),
    p.graph(35, 'Time to connect', 's', 'connect() to established: median and 99th percentile. Steps near 1 s and 3 s are lost or dropped SYNs.', [
      ['median <service>', 'histogram_quantile(0.5, sum by (<service>, le) (rate(sockwarden_connect_duration_seconds_bucket{<program>}[<rate>])))'],
      ['p99 <service>', 'histogram_quantile(0.99, sum by (<service>, le) (rate(sockwarden_connect_duration_seconds_bucket{<program>}[<rate>])))'],
    ]),
    p.graph(87, 'Time of the TLS handshake', 's', "Client's hello until both sides are encrypted, on connections that the programs opened: median and 99th percentile. Two round trips with TLS 1.2, one with TLS 1.3; what is beyond is the server's or the client's own work.", [
      ['median <service>', 'histogram_quantile(0.5, sum by (<service>, le) (rate(sockwarden_tls_handshake_duration_seconds_bucket{<program>, role="client"}[<rate>])))'],
      ['p99 <service>', 'histogram_quantile(0.99, sum by (<service>, le) (rate(sockwarden_tls_handshake_duration_seconds_bucket{<program>, role="client"}[<rate>])))'],
    ]),
  ]),
  p.line([
    p.graph(36, 'Time to first byte, median', 's', 'Request sent to first byte of the response, each exchange.', [
      ['<service>', 'histogram_quantile(0.5, sum by (<service>, le) (rate(sockwarden_first_byte_duration_seconds_bucket{<program>, role="client"}[<rate>])))'],
    ]),
    p.graph(37, 'Time to first byte, 99th percentile', 's', 'Request sent to first byte of the response, each exchange.', [
      ['<service>', 'histogram_quantile(0.99, sum by (<service>, le) (rate(sockwarden_first_byte_duration_seconds_bucket{<program>, role="client"}[<rate>])))'],
    ]),
    p.graph(38, 'Time to first byte, by endpoint', 's', 'The ten slowest endpoints, on average.', [
      ['<service> {{server_address}}', 'topk(10, sum by (<service>, server_address) (rate(sockwarden_endpoint_first_byte_duration_seconds_sum{<program>, role="client"}[<rate>])) / (sum by (<service>, server_address) (rate(sockwarden_endpoint_first_byte_duration_seconds_count{<program>, role="client"}[<rate>])) > 0))'],
    ]),
  ]),
  p.line([
    p.graph(39, 'Pools in use and idle', 'short', "Connections of each client's pool: waiting for an answer, and kept for the next request. The ten endpoints with most.", [
      ['<service> {{server_address}} {{state}}', 'topk(10, sum by (<service>, server_address, state) (sockwarden_pool_connections{<program>}))'],
    ]),
    p.graph(40, 'Most open and most needed', 'short', 'Most connections open at once in the last ten minutes, and most in use at once: what is far above the need is a pool without a limit, or one too large.', [
      ['open <service> {{server_address}}', 'topk(10, sockwarden_pool_peak_connections{<program>})'],
      ['needed <service> {{server_address}}', 'topk(10, sockwarden_pool_needed_connections{<program>})'],
    ]),
    p.graph(41, 'Idle connections kept', 'short', 'What a pool keeps at the most, where it throws others away: far below the need, it churns.', [
      ['<service> {{server_address}}', 'sockwarden_pool_kept_idle_connections{<program>}'],
    ]),
  ]),
  p.line([
    p.graph(42, 'Idle limits as observed', 's', "Idle time after which connections are closed, by who closes. Where the peer's is the shorter, requests can meet a closed connection.", [
      ['{{closed_by}} <service> {{server_address}}', 'sockwarden_pool_idle_limit_seconds{<program>}'],
    ]),
    p.graph(43, 'Lifetime limits as observed', 's', 'Age at which the program closes its connections.', [
      ['<service> {{server_address}}', 'sockwarden_pool_lifetime_limit_seconds{<program>}'],
    ]),
    p.graph(44, 'Statements sent as text', 'percentunit', "Share of a database's statements that are sent as text instead of prepared once and executed.", [
      ['<service> {{server_address}}', 'sockwarden_pool_text_statements_ratio{<program>}'],
    ]) + p.share,
  ]),
  p.line([
    p.table(45, 'Pools', 'One line a program and endpoint: what is opened and closed each second, exchanges a connection opened, and the mean time to the first byte.', [
      'sum by (<service>, server_address) (rate(sockwarden_connections_opened_total{<program>, role="client"}[<rate>]))',
      'sum by (<service>, server_address) (rate(sockwarden_connections_closed_total{<program>, role="client"}[<rate>]))',
      'sum by (<service>, server_address) (rate(sockwarden_exchanges_total{<program>, role="client"}[<rate>])) / (sum by (<service>, server_address) (rate(sockwarden_connections_opened_total{<program>, role="client"}[<rate>])) > 0)',
      'sum by (<service>, server_address) (rate(sockwarden_endpoint_first_byte_duration_seconds_sum{<program>, role="client"}[<rate>])) / (sum by (<service>, server_address) (rate(sockwarden_endpoint_first_byte_duration_seconds_count{<program>, role="client"}[<rate>])) > 0)',
    ], [['instance', 'Instance']] + p.service_columns + [['server_address', 'Endpoint'], ['Value #A', 'Opened'], ['Value #B', 'Closed'], ['Value #C', 'Exchanges a connection'], ['Value #D', 'First byte']], 'Opened') + p.column('Opened', [['unit', 'cps']]) + p.column('Closed', [['unit', 'cps']]) + p.column('First byte', [['unit', 's']]) + p.column('Exchanges a connection', [['decimals', 1]]),
  ], 9),
]]
