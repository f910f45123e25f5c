#include "agent/model/ending.h"

#include <algorithm>
#include <cstring>

#include "agent/model/connection.h"

namespace sockwarden {
namespace {

using std::chrono::milliseconds;

/// A record with an alert in TLS 1.3: level and description, content type, tag (RFC 8446, 5.2 and 6).
constexpr std::uint16_t close_notify = 2 + 1 + 16;
/// Bytes that a program had time to wait for: longer silence, and it gave up.
constexpr milliseconds patience{500};
constexpr milliseconds own_limit{1000};
/// Of an answer, so much taken while more was to come: a transfer that was broken off, by a limit or since enough was
/// had. To drain the rest costs more than a connection (Go's server gives up on it at 256 KiB).
constexpr std::uint64_t long_transfer_bytes = 1 << 20;
/// TLS: alerts and what else is no data of the program.
constexpr std::uint32_t least_tls_bytes = 64;
constexpr milliseconds least_idle{500};
/// A close behind the last data that left is the program's; later, it gives up on a peer that takes nothing.
constexpr milliseconds delivery{1000};
/// What is written has long been acknowledged, or refused.
constexpr milliseconds longest_flight{250};

Family family_of(const Connection& connection) {
  return traits_of(protocol_of(connection.raw.record.wire.flow[SW_EGRESS])).family;
}

const sw_flow& response_of(const Connection& connection) { return connection.raw.record.wire.flow[SW_INGRESS]; }
const sw_flow& request_of(const Connection& connection) { return connection.raw.record.wire.flow[SW_EGRESS]; }

sw_framing framing_of(const sw_flow& flow) {
  return is_http_1(protocol_of(flow)) ? static_cast<sw_framing>(flow.http.framing) : SW_FRAMING_UNKNOWN;
}

bool allows_reuse(const Connection& connection) {
  constexpr unsigned none = SW_FLOW_CLOSE | SW_FLOW_UPGRADED | SW_FLOW_LOST;
  if (((request_of(connection).flags | response_of(connection).flags) & none) != 0) return false;
  return framing_of(response_of(connection)) != SW_FRAMING_UNTIL_CLOSE;
}

/// HTTP: without a body a library may close what it could keep, and nobody asked it to.
bool has_no_body(const Connection& connection) {
  return family_of(connection) == Family::http_1 && framing_of(response_of(connection)) == SW_FRAMING_NONE;
}

/// A protocol that is not parsed, watched from its first byte, in which the client spoke first: each word of ours was
/// answered, but for a closing message. Where the server greets first, a connection is a session and ends with its
/// work.
bool is_all_answered(const Connection& connection) {
  const sw_flow& request = request_of(connection);
  const sw_flow& response = response_of(connection);
  if (request.protocol != SW_PROTOCOL_OTHER || response.exchanges == 0 || response.started_ns < request.started_ns)
    return false;
  if (((request.flags | response.flags) & SW_FLOW_MIDSTREAM) != 0 || connection.unread_bytes != 0) return false;
  if (request.exchanges == response.exchanges) return true;
  return request.exchanges == response.exchanges + 1 &&
         request.next_seq - connection.raw.record.write_seq < traits_of(Protocol::other).least_request_bytes;
}

bool is_complete(const Connection& connection) {
  const sw_flow& response = response_of(connection);
  switch (family_of(connection)) {
    case Family::http_1:
      return response.message == SW_MESSAGE_COMPLETE &&
             (response.done_ns == 0 || response.done_ns <= connection.raw.record.own_closed_ns);
    case Family::sql:
      return response.protocol == SW_PROTOCOL_MYSQL || response.message == SW_MESSAGE_COMPLETE;
    case Family::http_2:
      return request_of(connection).messages <= response.messages;
    case Family::tls:
    case Family::redis:
      return true;
    case Family::other:
      return is_all_answered(connection);
  }
  return false;
}

/// TLS 1.3: behind the answer the program sent a record that can hold no request, an alert, and closed. A quick peer's
/// FIN comes in between.
bool has_sent_close_notify(const Connection& connection) {
  const sw_record& record = connection.raw.record;
  const sw_flow& request = request_of(connection);
  if (family_of(connection) != Family::tls || (response_of(connection).flags & SW_FLOW_TLS_1_3) == 0 ||
      request.tls.longest_record != close_notify)
    return false;
  if ((record.flags & SW_FLAG_RELEASED) == 0 || connection.close_reason != CloseReason::fin) return false;
  return record.peer_closed_ns >= request.exchange_ns && record.own_closed_ns >= request.exchange_ns &&
         std::chrono::nanoseconds(record.own_closed_ns - request.exchange_ns) < right_after;
}

/// PostgreSQL: the program sent Terminate, and either side then sent its FIN, ours by shutdown() or close().
bool has_ended_session(const Connection& connection) {
  if (has_sent_close_notify(connection)) return true;
  const sw_flow& request = request_of(connection);
  return request.protocol == SW_PROTOCOL_POSTGRESQL && request.postgresql.message_type == 'X' &&
         (connection.closed_by == ClosedBy::peer || connection.closed_by == ClosedBy::own) &&
         connection.close_reason == CloseReason::fin;
}

/// Bytes of a TLS answer that were on their way when the program took the last of it and closed: what came behind its
/// end was seen, but never lay unread. Nothing but close_notify left since, so that the answer had begun.
std::uint32_t unread_behind_end(const Connection& connection) {
  constexpr std::uint32_t close_notify_bytes = 5 + close_notify;  // with the record's header
  const sw_record& record = connection.raw.record;
  const sw_flow& response = response_of(connection);
  if ((response.flags & (SW_FLOW_LOST | SW_FLOW_TLS_1_3)) != SW_FLOW_TLS_1_3) return 0;
  const std::uint32_t left_since = request_of(connection).next_seq - record.write_seq;
  if ((left_since > close_notify_bytes && left_since <= INT32_MAX) || !connection.last_receive) return 0;
  if (*connection.own_closed - *connection.last_receive >= patience) return 0;
  const std::uint32_t seen = response.next_seq - record.copied_seq;
  return seen <= INT32_MAX ? seen : 0;
}

bool is_by_program(const Connection& connection) {
  if (has_ended_session(connection)) return true;
  return connection.closed_by == ClosedBy::own && connection.close_reason != CloseReason::exit &&
         connection.close_reason != CloseReason::timeout && (connection.raw.record.flags & SW_FLAG_RELEASED) != 0;
}

/// Of the one answer that there was, the rest of which was still to come.
bool is_broken_off(const Connection& connection) {
  const sw_flow& response = response_of(connection);
  if (response.messages != 1 || response.message != SW_MESSAGE_BODY) return false;
  return connection.received_bytes >= long_transfer_bytes + connection.unread_bytes;
}

bool is_undrained(const Connection& connection) {
  if (!is_by_program(connection) || connection.exchanges + connection.unread_bytes == 0) return false;
  if (family_of(connection) == Family::tls)
    return std::max(connection.unread_bytes, unread_behind_end(connection)) >= least_tls_bytes &&
           requests_of(connection) != 0;
  if (family_of(connection) != Family::http_1 || !allows_reuse(connection)) return false;
  const sw_flow& response = response_of(connection);
  if (response.messages == 0) return false;
  if (connection.unread_bytes != 0) return !is_broken_off(connection);
  const sw_framing framing = framing_of(response);
  if (framing != SW_FRAMING_LENGTH && framing != SW_FRAMING_CHUNKED) return false;
  if (response.message != SW_MESSAGE_BODY && is_complete(connection)) return false;
  // All that came was read and more was to come: who waited for it, or read for long, has a limit of its own.
  const std::optional<Instant> arrival = last_arrival(connection);
  const Instant began{std::chrono::nanoseconds(response.started_ns)};
  return arrival && *connection.own_closed - *arrival < patience && *connection.own_closed - began < own_limit;
}

/// What was written after the peer's end is a request and no closing message (close_notify, a Terminate, our FIN).
bool is_request(const Connection& connection) {
  const Protocol protocol = protocol_of(request_of(connection));
  return connection.unsent_bytes >= traits_of(protocol).least_request_bytes;
}

/// When what no answer was taken for was sent.
std::optional<Instant> open_request(const Connection& connection) {
  if (connection.raw.socket.sent_since_receive == 0) return std::nullopt;
  return Instant(std::chrono::nanoseconds(connection.raw.record.request_sent_ns));
}

/// When a request was written after the peer's end. The peer's answer to it, a reset, may come before the send returns,
/// so that only what lies unacknowledged tells of it.
std::optional<Instant> written_after_end(const Connection& connection) {
  // An idle connection that was reset: the write that failed is followed by the program's close.
  if (connection.raw.socket.sent_after_reset != 0 && connection.closed_by == ClosedBy::peer &&
      connection.exchanges != 0)
    return Instant(std::chrono::nanoseconds(connection.raw.read_ns));
  constexpr unsigned both = SW_FLAG_PEER_FIN | SW_FLAG_RESET_RECEIVED;
  if (!connection.peer_closed || (connection.raw.record.flags & both) != both || connection.exchanges == 0 ||
      !is_request(connection))
    return std::nullopt;
  const std::optional<Instant> asked = open_request(connection);
  if (asked && *asked > *connection.peer_closed) return asked;
  if (connection.last_send && *connection.last_send > *connection.peer_closed) return connection.last_send;
  const Instant reset{std::chrono::nanoseconds(connection.raw.read_ns)};
  if (reset - *connection.peer_closed > longest_flight) return reset;
  return std::nullopt;
}

void take_staleness(Ending& ending, const Connection& connection) {
  const std::optional<Instant> written = written_after_end(connection);
  if (!written || !connection.last_receive || *connection.last_receive > ending.closed) return;
  // A request that was under way when the peer ended: it refused the rest of it.
  const std::optional<Instant> began = open_request(connection);
  if (began && *began > *connection.last_receive && *began <= *connection.peer_closed) return;
  // By what the program took: a database's last words arrive with its end and are not read before the next statement.
  ending.quiet = ending.closed - *connection.last_receive;
  ending.stale = ending.quiet >= least_idle;
  ending.stale_after = *written - *connection.last_receive;
}

}  // namespace

std::string_view name_of(const Connection& connection) {
  const sw_wire& wire = connection.raw.record.wire;
  return {wire.text, strnlen(wire.text, std::min<std::size_t>(wire.text_length, sizeof wire.text))};
}

std::chrono::nanoseconds survived_idle(const Connection& connection) {
  if (connection.exchanges < 2) return {};
  const std::chrono::nanoseconds answer{connection.raw.record.first_byte_max_ns};
  return std::max(std::chrono::nanoseconds{}, connection.longest_idle - answer);
}

std::uint32_t requests_of(const Connection& connection) {
  const sw_wire& wire = connection.raw.record.wire;
  switch (family_of(connection)) {
    case Family::http_1:
    case Family::http_2:
    case Family::redis:
      return wire.flow[SW_EGRESS].messages;
    case Family::sql:
      return wire.text_statements + wire.executes;
    case Family::tls: {  // exchanges of the handshake are none of the program's
      const bool tls_1_3 = (wire.flow[SW_INGRESS].flags & SW_FLOW_TLS_1_3) != 0;
      std::uint32_t handshake = tls_1_3 ? std::max<std::uint32_t>(1, wire.handshake_exchanges) : 2;
      // The peer's close_notify, taken as an answer to ours, makes an exchange, too.
      if (tls_1_3 && wire.flow[SW_EGRESS].tls.longest_record == close_notify &&
          connection.raw.socket.sent_since_receive == 0)
        ++handshake;
      const std::uint32_t least =
          tls_1_3 && wire.flow[SW_INGRESS].tls.data_records != 0 ? 1 : 0;  // something was answered
      return std::max(least, connection.exchanges - std::min(connection.exchanges, handshake));
    }
    case Family::other:
      break;
  }
  return connection.exchanges;
}

Ending ending_of(const Connection& connection) {
  const sw_record& record = connection.raw.record;
  Ending ending;
  ending.id = connection.id;
  ending.opened = connection.established.value_or(connection.birth);
  ending.stack_id = record.stack_id;
  ending.requests = requests_of(connection);
  ending.unread_bytes = connection.unread_bytes;
  ending.closed_by = connection.closed_by;
  ending.closed = end_of(connection).value_or(ending.opened);
  ending.released = std::max(ending.closed,
                             connection.own_closed.value_or(Instant(std::chrono::nanoseconds(connection.raw.read_ns))));
  ending.name = std::hash<std::string_view>{}(name_of(connection));
  ending.survived = survived_idle(connection);
  const std::optional<Instant> arrival = last_arrival(connection);
  if (arrival && *arrival <= ending.closed) ending.idle = ending.closed - *arrival;
  ending.undrained = is_undrained(connection);
  // A tunnel is never used again, whatever the request for it says.
  ending.asked_close = family_of(connection) == Family::http_1 && connection.close_reason != CloseReason::exit &&
                       connection.exchanges != 0 && (request_of(connection).flags & SW_FLOW_CLOSE) != 0 &&
                       request_of(connection).http.method != SW_METHOD_CONNECT;
  ending.reusable = is_by_program(connection) && !ending.undrained && ending.requests != 0 &&
                    connection.exchanges != 0 && allows_reuse(connection) && !has_no_body(connection) &&
                    is_complete(connection) && arrival && ending.idle < right_after;
  ending.discarded = is_by_program(connection) && connection.close_reason == CloseReason::reset &&
                     connection.unsent_bytes > 1 && (connection.raw.socket.option_flags & SW_IN_FORCE_LINGER) != 0 &&
                     connection.raw.socket.linger_ns == 0 && connection.last_send && connection.own_closed &&
                     *connection.own_closed - *connection.last_send < delivery;
  take_staleness(ending, connection);
  return ending;
}

}  // namespace sockwarden
