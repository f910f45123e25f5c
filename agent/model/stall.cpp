#include "agent/model/stall.h"

#include "bpf/wire_step.h"

namespace sockwarden {
namespace {

using std::chrono::milliseconds;

/// Least and most that a delayed acknowledgement waits (TCP_DELACK_MIN, TCP_DELACK_MAX; include/net/tcp.h), and what
/// the clocks may be off.
constexpr milliseconds least_delay{25}, most_delay{220};
/// So long tells of more than the program's own work between two writes.
constexpr milliseconds least_late{10};

bool is_unknown(const sw_flow& flow) { return flow.protocol == SW_PROTOCOL_OTHER; }

/// Bytes that the program has given since the last answer and that have not left, although little is under way: the end
/// of a message that is due.
bool holds_an_end(const Connection& connection) {
  constexpr std::uint32_t segment = 1448;
  const sw_record& record = connection.raw.record;
  const sw_flow& flow = record.wire.flow[SW_EGRESS];
  const std::uint32_t left = flow.next_seq - record.write_seq, given = connection.unsent_bytes;
  const std::uint64_t missing = is_unknown(flow) ? 0 : sw_bytes_left(&flow);
  return left != 0 && left < 10 * segment && given > left && given - left < segment && given - left >= missing;
}

/// All that is known of it is that its end is missing, as long as it waits.
bool is_held_unknown(const Connection& connection) {
  const sw_wire& wire = connection.raw.record.wire;
  return is_unknown(wire.flow[SW_EGRESS]) && wire.last == 1 + SW_EGRESS && holds_an_end(connection);
}

}  // namespace

std::optional<Instant> message_began(const Connection& connection) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  return instant_of(is_unknown(flow) ? flow.exchange_ns : flow.started_ns);
}

std::optional<std::chrono::nanoseconds> held_back(const Connection& connection, Instant now) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  const std::optional<Instant> began = message_began(connection);
  const std::optional<Instant> given = instant_of(connection.raw.record.last_send_ns);
  if (!began || !given || *given < *began) return std::nullopt;
  if (flow.message == SW_MESSAGE_COMPLETE) {
    const auto held = Instant(std::chrono::nanoseconds(flow.done_ns)) - *given;
    if (held >= least_delay && held <= most_delay) return held;
  } else if ((flow.message == SW_MESSAGE_BODY && (flow.flags & SW_FLOW_LOST) == 0 && holds_an_end(connection)) ||
             is_held_unknown(connection)) {
    const auto held = now - *given;
    if (held >= least_late && held <= most_delay) return held;
  }
  return std::nullopt;
}

bool is_late(const Connection& connection, Instant now) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  const std::optional<Instant> began = message_began(connection);
  if (!began) return false;
  if (is_held_unknown(connection)) return now - *began >= least_late && now - *began <= most_delay;
  if ((flow.flags & SW_FLOW_LOST) != 0) return false;
  const bool complete = flow.message == SW_MESSAGE_COMPLETE;
  if (!complete && (flow.message != SW_MESSAGE_BODY || connection.unsent_bytes == 0)) return false;
  const auto late = (complete ? Instant(std::chrono::nanoseconds(flow.done_ns)) : now) - *began;
  return late >= least_late && late <= most_delay;
}

}  // namespace sockwarden
