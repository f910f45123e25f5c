#include "agent/model/phase.h"

#include <algorithm>
#include <chrono>

#include "agent/model/protocol.h"

namespace sockwarden {
namespace {

/// A TLS record that holds a request is longer than this, one that holds HTTP/2's acknowledgements is not.
constexpr std::uint16_t least_request_record = 48;

std::optional<Instant> instant(std::uint64_t ns) {
  if (ns == 0) return std::nullopt;
  return Instant(std::chrono::nanoseconds(ns));
}

PhaseNow at(Phase phase, std::uint64_t since_ns) { return {.phase = phase, .since = instant(since_ns)}; }
PhaseNow coarse(Phase phase, std::uint64_t since_ns) {
  return {.phase = phase, .since = instant(since_ns), .coarse = true};
}

/// To a jiffy.
std::uint64_t last_send_ns(const sw_connection& raw) {
  const std::uint64_t ago = raw.socket.last_send_ago_ns;
  return std::max(raw.record.last_send_ns, raw.read_ns > ago ? raw.read_ns - ago : 0);
}

/// The connection as one of its two sides sees it.
struct View {
  const sw_connection& raw;
  const sw_record& record;
  const sw_flow& request;
  const sw_flow& response;
  bool client;
  bool answer_last;  ///< the server spoke last

  [[nodiscard]] Phase choose(Phase as_client, Phase as_server) const { return client ? as_client : as_server; }
};

bool is_under_way(const sw_flow& flow) { return flow.message == SW_MESSAGE_HEAD || flow.message == SW_MESSAGE_BODY; }

bool is_lost(const sw_flow& flow) { return (flow.flags & (SW_FLOW_LOST | SW_FLOW_HOLE)) != 0; }

/// Requests without a final response.
std::int32_t outstanding(const View& view) {
  return static_cast<std::int32_t>(view.request.messages -
                                   (is_http_1(protocol_of(view.response)) ? view.response.http.answered : 0));
}

/// Who spoke last is all that is known.
PhaseNow by_exchanges(const View& view) {
  const auto& socket = view.raw.socket;
  if (!view.answer_last) {
    if (view.client && socket.unsent_bytes > 0) return coarse(Phase::request_sending, view.request.exchange_ns);
    return coarse(view.choose(Phase::first_byte_wait, Phase::handler), view.request.exchange_ns);
  }
  if (!view.client && socket.unsent_bytes > 0) return coarse(Phase::response, view.response.exchange_ns);
  const auto moved = view.client ? view.record.last_receive_ns : last_send_ns(view.raw);
  return coarse(view.choose(Phase::idle, Phase::server_idle), std::max(view.response.exchange_ns, moved));
}

PhaseNow http_client(const View& view) {
  const auto& [request, response] = std::tie(view.request, view.response);
  if (is_under_way(request) && !is_under_way(response)) return at(Phase::request_sending, request.started_ns);
  if (response.message == SW_MESSAGE_HEAD) return at(Phase::first_byte_wait, request.done_ns);
  if (response.message == SW_MESSAGE_BODY) return at(Phase::body, response.head_done_ns);
  if (outstanding(view) > 0) return at(Phase::first_byte_wait, std::max(request.done_ns, response.done_ns));
  // Complete on the wire, but not taken by the application.
  if (view.raw.socket.unread_bytes > 0) return at(Phase::body, response.head_done_ns);
  return at(Phase::idle, response.done_ns);
}

PhaseNow http_server(const View& view) {
  const auto& [request, response] = std::tie(view.request, view.response);
  if (is_under_way(response)) return at(Phase::response, response.started_ns);
  if (request.message == SW_MESSAGE_HEAD) return at(Phase::server_header, request.started_ns);
  if (request.message == SW_MESSAGE_BODY) return at(Phase::server_body, request.head_done_ns);
  if (outstanding(view) > 0) return at(Phase::handler, std::max(request.done_ns, response.done_ns));
  if (view.raw.socket.unsent_bytes > 0) return at(Phase::response, response.started_ns);
  return at(Phase::server_idle, response.done_ns);
}

PhaseNow http_1(const View& view) {
  if (((view.request.flags | view.response.flags) & SW_FLOW_UPGRADED) != 0) {
    PhaseNow now = by_exchanges(view);
    now.waits_by_protocol = true;
    return now;
  }
  if (is_lost(view.request) || is_lost(view.response)) return by_exchanges(view);
  return view.client ? http_client(view) : http_server(view);
}

std::uint32_t stream_answered(const sw_flow& response) {
  return protocol_of(response) == Protocol::http_2 ? response.http2.stream : 0;
}

/// Streams overlap: of the latest it is known whether its answer began; of the others, only whether any is open, which
/// one may be for as long as its two sides like.
PhaseNow http_2(const View& view) {
  const auto& [request, response] = std::tie(view.request, view.response);
  const auto moved_ns = std::max(request.started_ns, response.done_ns);
  const bool asked = request.message == SW_MESSAGE_COMPLETE && request.http2.stream > stream_answered(response);
  if (asked && !is_lost(request) && !is_lost(response))
    return coarse(view.choose(Phase::first_byte_wait, Phase::handler), std::max(request.done_ns, moved_ns));
  if (request.messages > response.messages || is_lost(request) || is_lost(response)) {
    PhaseNow now = coarse(view.choose(Phase::body, Phase::response), moved_ns);
    now.waits_by_protocol = true;
    return now;
  }
  if (request.messages == 0) return coarse(view.choose(Phase::idle, Phase::server_idle), view.record.established_ns);
  return at(view.choose(Phase::idle, Phase::server_idle), response.done_ns);
}

PhaseNow tls(const View& view) {
  const auto& [request, response] = std::tie(view.request, view.response);
  const bool seen_from_start = ((request.flags | response.flags) & SW_FLOW_MIDSTREAM) == 0;
  const bool handshake_done = (request.flags & response.flags & SW_FLOW_ENCRYPTED) != 0;
  if (seen_from_start && !handshake_done) return at(Phase::tls, request.started_ns);
  if (!seen_from_start || is_lost(request) || is_lost(response)) return by_exchanges(view);

  const bool tls_1_3 = (response.flags & SW_FLOW_TLS_1_3) != 0;
  const auto done_ns = std::max(request.head_done_ns, response.head_done_ns);
  if (request.messages <= (tls_1_3 ? 1U : 0U))  // 1.3's Finished is a record of application data
    return view.client ? coarse(Phase::idle, done_ns) : at(Phase::server_first_byte_wait, done_ns);
  const bool only_tickets = tls_1_3 && response.tls.data_records == 0;
  if (only_tickets && view.answer_last)
    return coarse(view.choose(Phase::first_byte_wait, Phase::handler), request.exchange_ns);
  if (!view.answer_last && request.tls.longest_record < least_request_record)
    return coarse(view.choose(Phase::idle, Phase::server_idle), std::max(request.exchange_ns, response.exchange_ns));
  PhaseNow now = by_exchanges(view);
  // After a whole exchange of ours nothing has come: that much is certain for a client.
  if (now.phase == Phase::first_byte_wait) now.coarse = false;
  return now;
}

PhaseNow sql_statement(const View& view) {
  const auto& [request, response] = std::tie(view.request, view.response);
  if (is_lost(request)) return by_exchanges(view);
  const bool ready = response.message == SW_MESSAGE_COMPLETE;
  const bool owes_none = owes_no_answer(request) && !is_under_way(request);
  if (view.answer_last || owes_none) {
    if (ready) return at(view.choose(Phase::idle, Phase::server_idle), response.done_ns);
    // MySQL's result may end in a packet that is not recognised; PostgreSQL's always ends in ReadyForQuery.
    PhaseNow now = at(view.choose(Phase::body, Phase::response), response.exchange_ns);
    now.coarse = response.protocol == SW_PROTOCOL_MYSQL;
    return now;
  }
  if (is_under_way(request)) return at(view.choose(Phase::request_sending, Phase::server_body), request.exchange_ns);
  return at(view.choose(Phase::first_byte_wait, Phase::handler), request.exchange_ns);
}

PhaseNow sql(const View& view) {
  PhaseNow now = sql_statement(view);
  now.waits_by_protocol = (view.request.flags & SW_FLOW_BLOCKING) != 0;
  return now;
}

PhaseNow redis(const View& view) {
  PhaseNow now = by_exchanges(view);
  now.waits_by_protocol = (view.request.flags & SW_FLOW_BLOCKING) != 0;
  return now;
}

/// Found after it had sent, with nothing taken since: who spoke last then, by the kernel's own times.
bool asked_before(const sw_connection& raw) {
  const sw_socket& socket = raw.socket;
  if ((raw.record.flags & SW_FLAG_PREEXISTING) == 0 || raw.record.last_receive_ns != 0) return false;
  if (socket.bytes_acked == 0) return false;
  return socket.bytes_received == 0 ||
         (socket.last_arrival_known != 0 && socket.last_send_ago_ns < socket.last_arrival_ago_ns);
}

/// No first bytes: the times at which the application sent and received.
PhaseNow without_parser(const sw_connection& raw, bool client) {
  const auto& record = raw.record;
  if (client && asked_before(raw)) {
    const Phase phase = raw.socket.unsent_bytes > 0 ? Phase::request_sending : Phase::first_byte_wait;
    return coarse(phase, last_send_ns(raw));
  }
  const bool moved = raw.socket.bytes_received > 0 || raw.socket.bytes_acked > 0 || record.exchanges > 0 ||
                     record.last_receive_ns != 0 || raw.socket.sent_since_receive != 0;
  if (!moved) {
    if (client) return coarse(Phase::idle, record.established_ns);
    return at(Phase::server_first_byte_wait, record.established_ns);
  }
  const bool received_last = raw.socket.sent_since_receive == 0;
  if (client) {
    if (raw.socket.unsent_bytes > 0) return coarse(Phase::request_sending, record.request_sent_ns);
    if (!received_last) return coarse(Phase::first_byte_wait, record.request_sent_ns);
    return coarse(Phase::idle, record.last_receive_ns);
  }
  if (received_last) return coarse(Phase::handler, record.last_receive_ns);
  if (raw.socket.unsent_bytes > 0) return coarse(Phase::response, last_send_ns(raw));
  return coarse(Phase::server_idle, last_send_ns(raw));
}

/// 1 = client, 0 = server, empty = unknown.
std::optional<bool> is_client(const sw_connection& raw) {
  if (raw.record.role == SW_ROLE_CLIENT) return true;
  if (raw.record.role == SW_ROLE_SERVER) return false;
  const auto& wire = raw.record.wire;
  const unsigned out = wire.flow[SW_EGRESS].flags, in = wire.flow[SW_INGRESS].flags;
  if (((out & SW_FLOW_REQUEST) | (in & SW_FLOW_RESPONSE)) != 0) return true;
  if (((in & SW_FLOW_REQUEST) | (out & SW_FLOW_RESPONSE)) != 0) return false;
  return std::nullopt;
}

PhaseNow phase_of_open(const sw_connection& raw) {
  const auto client = is_client(raw);
  if (!client) return {.phase = Phase::unknown, .since = std::nullopt, .coarse = true};
  const auto& wire = raw.record.wire;
  if (wire.last == 0) return without_parser(raw, *client);
  const int requests = *client ? SW_EGRESS : SW_INGRESS;
  const View view{.raw = raw,
                  .record = raw.record,
                  .request = wire.flow[requests],
                  .response = wire.flow[1 - requests],
                  .client = *client,
                  .answer_last = wire.last == 1 + (1 - requests)};
  // The bytes of the request flow decide; a response may not have come yet.
  const Protocol requests_protocol = protocol_of(view.request);
  switch (traits_of(requests_protocol != Protocol::unknown ? requests_protocol : protocol_of(view.response)).family) {
    case Family::http_1:
      return http_1(view);
    case Family::http_2:
      return http_2(view);
    case Family::tls:
      return tls(view);
    case Family::sql:
      return sql(view);
    case Family::redis:
      return redis(view);
    case Family::other:
      break;
  }
  // A head or a hello of which only the beginning has come.
  if (view.request.message == SW_MESSAGE_HEAD && !view.answer_last)
    return view.client ? at(Phase::request_sending, view.request.started_ns)
                       : at(Phase::server_header, view.request.started_ns);
  // TLS was asked for, and whether there will be any is not said yet.
  if (wire.inner != 0 && !view.answer_last) return at(Phase::tls, view.request.exchange_ns);
  return by_exchanges(view);
}

PhaseNow phase_in(const sw_connection& raw, TcpState state) {
  const auto& record = raw.record;
  switch (state) {
    case TcpState::syn_sent:
      return at(Phase::dial, record.birth_ns);
    case TcpState::established:
      return phase_of_open(raw);
    case TcpState::close_wait: {
      // The peer only said that it sends no more: a server may still owe it a response.
      const PhaseNow now = phase_of_open(raw);
      if (now.phase == Phase::handler || now.phase == Phase::response) return now;
      return at(Phase::closing, record.peer_closed_ns);
    }
    case TcpState::syn_recv:
    case TcpState::listen:
      return {};
    default:
      return at(Phase::closing, record.own_closed_ns != 0 ? record.own_closed_ns : record.peer_closed_ns);
  }
}

}  // namespace

PhaseNow phase_of(const sw_connection& raw) { return phase_in(raw, static_cast<TcpState>(raw.socket.state)); }

PhaseNow phase_at_end(const sw_connection& raw) {
  return phase_in(raw, raw.record.established_ns == 0 ? TcpState::syn_sent : TcpState::established);
}

}  // namespace sockwarden
