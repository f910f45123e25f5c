#include "agent/model/exchange.h"

#include <algorithm>

namespace sockwarden {
namespace {

Message message_of(const sw_flow& flow) {
  Message message;
  message.part = static_cast<Message::Part>(std::min<std::uint8_t>(flow.message, SW_MESSAGE_COMPLETE));
  message.count = flow.messages;
  message.has_body = is_http_1(protocol_of(flow)) && flow.http.framing != SW_FRAMING_NONE;
  message.began = instant_of(flow.started_ns);
  message.head_done = instant_of(flow.head_done_ns);
  message.done = instant_of(flow.done_ns);
  return message;
}

std::uint8_t transaction_byte_of(const sw_flow& response) {
  if (protocol_of(response) == Protocol::postgresql) return response.postgresql.transaction;
  return protocol_of(response) == Protocol::mysql ? response.mysql.transaction : std::uint8_t{SW_TRANSACTION_UNKNOWN};
}

Transaction transaction_of(const sw_flow& response) {
  switch (transaction_byte_of(response)) {
    case SW_TRANSACTION_IDLE:
      return Transaction::idle;
    case SW_TRANSACTION_OPEN:
      return Transaction::open;
    case SW_TRANSACTION_FAILED:
      return Transaction::failed;
    default:
      return Transaction::unknown;
  }
}

std::optional<std::chrono::nanoseconds> tls_handshake_of(const sw_flow& request, const sw_flow& response) {
  if ((request.flags & response.flags & SW_FLOW_ENCRYPTED) == 0) return std::nullopt;
  const std::uint64_t done_ns = std::max(request.head_done_ns, response.head_done_ns);
  if (request.started_ns == 0 || done_ns < request.started_ns) return std::nullopt;
  return std::chrono::nanoseconds(done_ns - request.started_ns);
}

Side side_of(std::uint8_t last) {
  if (last == 0) return Side::none;
  return last == 1 + SW_EGRESS ? Side::own : Side::peer;
}

}  // namespace

void take_exchange(Connection& connection, const sw_connection& raw) {
  const sw_wire& wire = raw.record.wire;
  const bool server = connection.role == Role::server;
  const sw_flow& request = wire.flow[server ? SW_INGRESS : SW_EGRESS];
  const sw_flow& response = wire.flow[server ? SW_EGRESS : SW_INGRESS];
  connection.request = message_of(request);
  connection.response = message_of(response);
  connection.spoke_last = side_of(wire.last);
  connection.transaction = transaction_of(response);
  connection.tls_handshake = tls_handshake_of(request, response);
}

}  // namespace sockwarden
