#include "agent/model/usage.h"

#include <algorithm>

#include "agent/model/connection.h"

namespace sockwarden {

Usage usage_of(const Connection& connection) {
  Usage usage;
  usage.opened = connection.established.value_or(connection.birth);
  usage.request = instant_of(connection.raw.record.request_sent_ns);
  if (!usage.request) usage.request = connection.last_send;
  // What is sent behind the answer may want none.
  const sw_flow& sent = connection.raw.record.wire.flow[SW_EGRESS];
  const bool wants_none = owes_no_answer(sent);
  if (wants_none) usage.request = instant_of(sent.started_ns);
  const std::optional<Instant> arrival = last_arrival(connection);
  if (!usage.request || !arrival) return usage;
  // Times of arrival are known to a jiffy; what nobody has taken tells exactly whether an open request is answered.
  const bool is_open = connection.raw.socket.sent_since_receive != 0 && !wants_none;
  const bool answered = is_open ? connection.unread_bytes != 0 : connection.last_receive || *arrival >= *usage.request;
  if (answered) usage.response = std::max(*arrival, *usage.request);
  return usage;
}

bool is_in_response(const Connection& connection) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_INGRESS];
  if ((flow.flags & SW_FLOW_LOST) != 0) return false;
  return flow.message == SW_MESSAGE_HEAD || flow.message == SW_MESSAGE_BODY;
}

bool is_chosen(const Connection& connection) {
  return connection.close_reason != CloseReason::exit && connection.close_reason != CloseReason::timeout;
}

std::optional<std::chrono::nanoseconds> idle_at_end(const Connection& connection) {
  if (!is_chosen(connection)) return std::nullopt;
  const std::optional<Instant> end = end_of(connection);
  const std::optional<Instant> moved = std::max(last_arrival(connection), connection.last_send);
  if (!end || !moved || *moved > *end) return std::nullopt;
  return *end - *moved;
}

bool is_thrown_away(const Connection& connection, const Usage& usage, const Ending& ending) {
  if (ending.reusable) return true;  // also after a database's Terminate or QUIT, which looks like a request
  if (connection.closed_by != ClosedBy::own || connection.exchanges == 0 || !usage.response) return false;
  const auto idle = idle_at_end(connection);
  return idle && *idle < right_after;
}

}  // namespace sockwarden
