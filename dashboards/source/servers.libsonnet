local p = import 'panels.libsonnet';

[46, 'Servers', [
  p.line([
    p.graph(47, 'Accept queue fill', 'percentunit', 'Connections established and not yet accepted, of the backlog in force. At 100 % the kernel drops.', [
      ['<service> {{server_address}}', 'sockwarden_accept_queue_length{<program>} / (sockwarden_accept_queue_limit{<program>} > 0)'],
    ]) + p.share + p.marked([[0.5, 'orange'], [0.9, 'red']]),
    p.graph(48, 'Accept queue drops', 'pps', 'Packets dropped by listening sockets.', [
      ['<service> {{server_address}}', 'sum by (<service>, server_address) (rate(sockwarden_accept_queue_drops_total{<program>}[<rate>]))'],
    ]) + p.marked([[0.1, 'red']]),
    p.graph(49, 'Requests served', 'reqps', 'Half of the exchanges on accepted connections: a request is one exchange, its response another.', [
      ['<service> {{server_address}}', 'sum by (<service>, server_address) (rate(sockwarden_exchanges_total{<program>, role="server"}[<rate>])) / 2'],
    ]),
  ]),
  p.line([
    p.graph(50, 'Connections accepted', 'cps', 'New connections by listening address.', [
      ['<service> {{server_address}}', 'sum by (<service>, server_address) (rate(sockwarden_connections_opened_total{<program>, role="server"}[<rate>]))'],
    ]),
    p.graph(51, 'Who closes accepted connections, and how', 'cps', 'closed_by is the side that ended it first, as seen by the server.', [
      ['{{closed_by}} {{close_reason}}', 'sum by (closed_by, close_reason) (rate(sockwarden_connections_closed_total{<program>, role="server"}[<rate>]))'],
    ]) + p.stacked,
    p.graph(52, 'Closed with bytes unread', 'cps', 'Connections that a program closed without reading all that it had received, on either side. The peer gets a reset.', [
      ['<service> {{server_address}} {{role}}', 'topk(10, sum by (<service>, role, server_address) (rate(sockwarden_unread_closes_total{<program>}[<rate>])) > 0)'],
    ]),
  ]),
  p.line([
    p.graph(53, 'Bytes received and never read', 'Bps', 'At those closes.', [
      ['<service> {{server_address}} {{role}}', 'topk(10, sum by (<service>, role, server_address) (rate(sockwarden_unread_bytes_total{<program>}[<rate>])) > 0)'],
    ]),
    p.graph(54, 'Accepted connections in CLOSE_WAIT', 'short', 'The client has closed and the server has not. A number that only grows is a leak.', [
      ['<service>', 'sum by (<service>) (sockwarden_connections{<program>, role="server", state="close_wait"})'],
    ]),
    p.graph(55, 'Traffic', 'Bps', 'Received (up) and sent (down), by program.', [
      ['<service> received', 'topk(10, sum by (<service>) (rate(sockwarden_received_bytes_total{<program>}[<rate>])))'],
      ['<service> sent', '-topk(10, sum by (<service>) (rate(sockwarden_sent_bytes_total{<program>}[<rate>])))'],
    ]) + p.mirrored,
  ]),
]]
