#include "agent/model/stall.h"

namespace sockwarden {
namespace {

using std::chrono::milliseconds;

/// Least and most that a delayed acknowledgement waits (TCP_DELACK_MIN, TCP_DELACK_MAX; include/net/tcp.h), and what
/// the clocks may be off.
constexpr milliseconds least_delay{25}, most_delay{220};
/// So long tells of more than the program's own work between two writes.
constexpr milliseconds least_late{10};

/// Bytes that the program has given since the last answer and that have not left, although little is under way: the end
/// of a message that is due.
bool holds_an_end(const Connection& connection) {
  constexpr std::uint32_t segment = 1448;
  const sw_record& record = connection.raw.record;
  const sw_flow& flow = record.wire.flow[SW_EGRESS];
  const std::uint32_t left = flow.next_seq - record.write_seq, given = connection.unsent_bytes;
  return left != 0 && left < 10 * segment && given > left && given - left < segment && given - left >= flow.number;
}

}  // namespace

std::optional<std::chrono::nanoseconds> held_back(const Connection& connection, Instant now) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  const std::optional<Instant> began = instant_of(flow.started_ns);
  const std::optional<Instant> given = instant_of(connection.raw.record.last_send_ns);
  if (!began || !given || *given < *began) return std::nullopt;
  if (flow.message == SW_MESSAGE_COMPLETE) {
    const auto held = Instant(std::chrono::nanoseconds(flow.done_ns)) - *given;
    if (held >= least_delay && held <= most_delay) return held;
  } else if (flow.message == SW_MESSAGE_BODY && (flow.flags & SW_FLOW_LOST) == 0 && holds_an_end(connection)) {
    const auto held = now - *given;
    if (held >= least_late && held <= most_delay) return held;
  }
  return std::nullopt;
}

bool is_late(const Connection& connection, Instant now) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  const std::optional<Instant> began = instant_of(flow.started_ns);
  if (!began || (flow.flags & SW_FLOW_LOST) != 0) return false;
  const bool complete = flow.message == SW_MESSAGE_COMPLETE;
  if (!complete && (flow.message != SW_MESSAGE_BODY || connection.unsent_bytes == 0)) return false;
  const auto late = (complete ? Instant(std::chrono::nanoseconds(flow.done_ns)) : now) - *began;
  return late >= least_late && late <= most_delay;
}

}  // namespace sockwarden
