#include "agent/model/stall.h"

#include <algorithm>
#include <utility>

#include "bpf/wire_step.h"

namespace sockwarden {
namespace {

using std::chrono::milliseconds;

/// Least and most that a delayed acknowledgement waits (TCP_DELACK_MIN, TCP_DELACK_MAX; include/net/tcp.h), and what
/// the clocks may be off.
constexpr milliseconds least_delay{25}, most_delay{220};
/// So long tells of more than the program's own work between two writes.
constexpr milliseconds least_late{10};
/// A payload of Ethernet's usual frames. What has more of them may wait for a window as well.
constexpr std::uint32_t segment = 1448, few_segments = 2 * segment;
/// Over such a way an acknowledgement takes as long as one that is delayed.
constexpr std::uint32_t long_way_us = 100'000;

constexpr std::size_t most = 4'096;
constexpr std::chrono::minutes history{10};

bool is_unknown(const sw_flow& flow) { return flow.protocol == SW_PROTOCOL_OTHER; }

/// Bytes that the program has given since the last answer and that have not left, although little is under way: the end
/// of a message that is due.
bool holds_an_end(const Connection& connection) {
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

/// A message that has left is small, as far as its size is known: it is not once the other side's next one was taken.
bool is_small(const Connection& connection) {
  const sw_record& record = connection.raw.record;
  const std::uint32_t size = record.wire.flow[SW_EGRESS].next_seq - record.write_seq;
  return size <= few_segments && (size != 0 || connection.role == Role::client);
}

/// When the message of the program that is under way, or was the last, began: of a protocol that is not known, what it
/// has said since the peer last spoke.
std::optional<Instant> message_began(const Connection& connection) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  return instant_of(is_unknown(flow) ? flow.exchange_ns : flow.started_ns);
}

/// How long the end of a small message waited, or waits, in the host after the program had given it: a delayed
/// acknowledgement's time.
std::optional<std::chrono::nanoseconds> held_back(const Connection& connection, Instant began, Instant now) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  const std::optional<Instant> given = instant_of(connection.raw.record.last_send_ns);
  if (!given || *given < began) return std::nullopt;
  if (flow.message == SW_MESSAGE_COMPLETE) {
    const auto held = Instant(std::chrono::nanoseconds(flow.done_ns)) - *given;
    if (held >= least_delay && held <= most_delay && is_small(connection)) return held;
  } else if ((flow.message == SW_MESSAGE_BODY && (flow.flags & SW_FLOW_LOST) == 0 && holds_an_end(connection)) ||
             is_held_unknown(connection)) {
    const auto held = now - *given;
    if (held >= least_late && held <= most_delay) return held;
  }
  return std::nullopt;
}

/// Whether the end of a small message left, or waits, so long after its beginning: the program gave it late, or the
/// host held it back.
bool is_late(const Connection& connection, Instant began, Instant now) {
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  if (is_held_unknown(connection)) return now - began >= least_late && now - began <= most_delay;
  if ((flow.flags & SW_FLOW_LOST) != 0) return false;
  const bool complete = flow.message == SW_MESSAGE_COMPLETE && is_small(connection);
  if (!complete && (flow.message != SW_MESSAGE_BODY || !holds_an_end(connection))) return false;
  const auto late = (complete ? Instant(std::chrono::nanoseconds(flow.done_ns)) : now) - began;
  return late >= least_late && late <= most_delay;
}

bool may_stall(const Connection& connection) {
  const sw_socket& socket = connection.raw.socket;
  return (connection.role == Role::client || connection.role == Role::server) &&
         connection.state == TcpState::established && socket.srtt_us <= long_way_us &&
         (socket.option_flags & (SW_IN_FORCE_NODELAY | SW_IN_FORCE_CORK)) == 0;
}

}  // namespace

void Stalls::update(const Model& model) {
  ++round_;
  for (const Connection& connection : model.connections)
    if (may_stall(connection)) take(model, connection);
  std::erase_if(counted_, [&](const auto& item) { return item.second.round != round_; });
  while (!latest_.empty() && model.time - latest_.front().time > history) latest_.pop_front();
}

void Stalls::take(const Model& model, const Connection& connection) {
  const std::optional<Instant> began = message_began(connection);
  if (!began) return;
  const Instant now{std::chrono::nanoseconds(connection.raw.read_ns)};
  if (is_late(connection, *began, now)) late_ = std::max(now, late_.value_or(now));
  const auto counted = counted_.find(connection.id);
  if (counted != counted_.end()) counted->second.round = round_;
  const auto held = held_back(connection, *began, now);
  const Process* process = held ? model.process_of(connection) : nullptr;
  if (process == nullptr || (counted != counted_.end() && counted->second.began == *began)) return;
  counted_[connection.id] = {.began = *began, .round = round_};
  add({.process = process->serial,
       .identity = process->identity,
       .role = connection.role,
       .endpoint = connection.role == Role::server ? connection.local : connection.remote,
       .protocol = connection.protocol,
       .connection = connection.id,
       .time = now,
       .duration = *held});
}

void Stalls::add(Stall stall) {
  if (latest_.size() >= most) latest_.pop_front();
  latest_.push_back(std::move(stall));
}

}  // namespace sockwarden
