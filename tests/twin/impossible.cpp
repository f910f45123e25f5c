#include "tests/twin/impossible.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <initializer_list>

#include "agent/model/tcp_state.h"

namespace sockwarden::testing {
namespace {

struct Rule {
  const char* text;
  bool (*is_broken)(const sw_connection&);
};

bool has(const sw_connection& one, sw_flag flag) { return (one.record.flags & flag) != 0; }

bool is_in(const sw_connection& one, std::initializer_list<TcpState> states) {
  return std::ranges::find(states, static_cast<TcpState>(one.socket.state)) != states.end();
}

bool has_data(const sw_connection& one) {
  return one.record.exchanges != 0 || one.record.unread_bytes != 0 || one.socket.bytes_received != 0 ||
         one.socket.bytes_acked != 0 || (one.socket.unread_bytes | one.socket.unsent_bytes) != 0;
}

bool is_later_than_read(const sw_connection& one) {
  const sw_record& record = one.record;
  __u64 latest = std::max({record.birth_ns, record.established_ns, record.last_receive_ns, record.last_send_ns,
                           record.request_sent_ns, record.peer_closed_ns, record.own_closed_ns});
  for (const sw_flow& flow : record.wire.flow)
    latest = std::max({latest, flow.exchange_ns, flow.started_ns, flow.head_done_ns, flow.done_ns});
  return latest > one.read_ns;
}

/// The bytes of the union behind those of a member of `bytes` are 0.
bool is_zero_behind(const sw_flow& flow, std::size_t bytes) {
  std::array<char, sizeof flow.protocol_words> all{};
  std::memcpy(all.data(), flow.protocol_words, all.size());
  return std::all_of(all.begin() + static_cast<std::ptrdiff_t>(bytes), all.end(), [](char byte) { return byte == 0; });
}

bool is_transaction(std::uint8_t state) {
  return state == SW_TRANSACTION_UNKNOWN || state == SW_TRANSACTION_IDLE || state == SW_TRANSACTION_OPEN ||
         state == SW_TRANSACTION_FAILED;
}

bool tells_of_its_protocol(const sw_flow& flow) {
  switch (flow.protocol) {
    case SW_PROTOCOL_HTTP_1_0:
    case SW_PROTOCOL_HTTP_1_1:
      return flow.http.framing <= SW_FRAMING_UNTIL_CLOSE && flow.http.method <= SW_METHOD_OTHER;
    case SW_PROTOCOL_HTTP_2:
      return is_zero_behind(flow, sizeof flow.http2);
    case SW_PROTOCOL_TLS:
      return is_zero_behind(flow, offsetof(sw_tls_flow, longest_record) + sizeof flow.tls.longest_record);
    case SW_PROTOCOL_POSTGRESQL:
      return is_transaction(flow.postgresql.transaction) && is_zero_behind(flow, sizeof flow.postgresql);
    case SW_PROTOCOL_MYSQL:
      return is_transaction(flow.mysql.transaction) && flow.mysql.transaction != SW_TRANSACTION_FAILED &&
             flow.mysql.no_answer <= 1 && is_zero_behind(flow, sizeof flow.mysql);
    default:
      return flow.protocol < SW_PROTOCOL_COUNT && is_zero_behind(flow, 0);
  }
}

template <class Is>
bool any_flow(const sw_connection& one, Is is) {
  return std::any_of(std::begin(one.record.wire.flow), std::end(one.record.wire.flow), is);
}

constexpr Rule rules[] = {
    {"role, connect, closed_by and close_reason are of their enums",
     [](const sw_connection& one) {
       return one.record.role >= SW_ROLE_COUNT || one.record.connect >= SW_CONNECT_COUNT ||
              one.record.closed_by >= SW_CLOSED_BY_COUNT || one.record.close_reason >= SW_CLOSE_REASON_COUNT;
     }},
    {"sent_since_receive is 0 or 1", [](const sw_connection& one) { return one.socket.sent_since_receive > 1; }},
    {"closed_by and close_reason are told together",
     [](const sw_connection& one) { return (one.record.closed_by != 0) != (one.record.close_reason != 0); }},
    {"what has been settled has been closed by somebody",
     [](const sw_connection& one) { return has(one, SW_FLAG_SETTLED) && one.record.closed_by == 0; }},
    {"who closed it did so at a known time, unless that was before the agent",
     [](const sw_connection& one) {
       if (has(one, SW_FLAG_PREEXISTING)) return false;
       return (one.record.closed_by == SW_CLOSED_BY_OWN && one.record.own_closed_ns == 0) ||
              (one.record.closed_by == SW_CLOSED_BY_PEER && one.record.peer_closed_ns == 0);
     }},
    {"nothing is later than the time of reading", is_later_than_read},
    {"a connection is born before it is established",
     [](const sw_connection& one) {
       return one.record.established_ns != 0 && one.record.established_ns < one.record.birth_ns;
     }},
    {"a connection older than the agent counts as established when it is first seen",
     [](const sw_connection& one) { return has(one, SW_FLAG_PREEXISTING) && one.record.established_ns == 0; }},
    {"the peer closes what is established",
     [](const sw_connection& one) {
       return one.record.peer_closed_ns != 0 && one.record.peer_closed_ns < one.record.established_ns;
     }},
    {"CLOSE_WAIT, LAST_ACK and CLOSING come by the peer's FIN",
     [](const sw_connection& one) {
       return is_in(one, {TcpState::close_wait, TcpState::last_ack, TcpState::closing}) && !has(one, SW_FLAG_PEER_FIN);
     }},
    {"FIN_WAIT1, FIN_WAIT2, LAST_ACK and CLOSING come by a FIN of ours",
     [](const sw_connection& one) {
       return is_in(one, {TcpState::fin_wait1, TcpState::fin_wait2, TcpState::last_ack, TcpState::closing}) &&
              !has(one, SW_FLAG_OWN_FIN);
     }},
    {"bytes that were left unread are known to be none or some",
     [](const sw_connection& one) { return one.record.unread_bytes != 0 && !has(one, SW_FLAG_UNREAD_KNOWN); }},
    {"what is left unread of MPTCP is not seen",
     [](const sw_connection& one) { return one.record.unread_bytes != 0 && has(one, SW_FLAG_MPTCP); }},
    {"no data moves before a connection is established",
     [](const sw_connection& one) {
       return one.record.established_ns == 0 && !is_in(one, {TcpState::syn_recv}) && has_data(one);
     }},
    {"a listener has no data",
     [](const sw_connection& one) { return is_in(one, {TcpState::listen}) && has_data(one); }},
    {"an exchange ends with data that the application takes",
     [](const sw_connection& one) { return one.record.exchanges != 0 && one.record.last_receive_ns == 0; }},
    {"what was taken is flagged as received",
     [](const sw_connection& one) { return one.record.last_receive_ns != 0 && !has(one, SW_FLAG_RECEIVED); }},
    {"a first byte belongs to an exchange",
     [](const sw_connection& one) { return one.record.first_byte_count > one.record.exchanges; }},
    {"a flow's protocol and message are of their enums, and nothing is told of another protocol",
     [](const sw_connection& one) {
       return any_flow(
           one, [](const sw_flow& flow) { return flow.message > SW_MESSAGE_COMPLETE || !tells_of_its_protocol(flow); });
     }},
    {"a message is begun before it is done, but for HTTP/2, whose streams overtake each other",
     [](const sw_connection& one) {
       return any_flow(one, [](const sw_flow& flow) {
         return flow.protocol != SW_PROTOCOL_HTTP_2 && flow.done_ns != 0 && flow.done_ns < flow.started_ns;
       });
     }},
    {"the side that spoke last has begun an exchange",
     [](const sw_connection& one) {
       const std::uint8_t last = one.record.wire.last;
       return last > 2 || (last != 0 && one.record.wire.flow[last - 1].exchanges == 0);
     }},
    {"the parser's text is no longer than its room",
     [](const sw_connection& one) { return one.record.wire.text_length > SW_WIRE_TEXT; }},
};

}  // namespace

std::optional<std::string> impossible(const sw_connection& connection) {
  for (const Rule& rule : rules)
    if (rule.is_broken(connection)) return rule.text;
  return std::nullopt;
}

}  // namespace sockwarden::testing
