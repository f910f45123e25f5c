#include "agent/inspection/wait_feed.h"

#include <algorithm>

#include "agent/detect/wait.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

/// More of one connection within one scan tell nothing new.
constexpr std::uint32_t most_answers = 32;

void add_answer(WaitHistory& history, const WaitKey& key, nanoseconds duration, Instant now) {
  history.add(key, {.begin = now - duration, .duration = duration, .end = WaitEnd::answered});
}

/// A span from the kernel's two times, if both are known and the second is new.
std::optional<nanoseconds> new_span(std::uint64_t begin_ns, std::uint64_t end_ns, std::uint64_t& counted_ns) {
  if (end_ns == 0 || begin_ns == 0 || end_ns < begin_ns || end_ns == counted_ns) return std::nullopt;
  counted_ns = end_ns;
  return nanoseconds(end_ns - begin_ns);
}

std::optional<Instant> first_end(const Connection& connection) {
  if (connection.own_closed && connection.peer_closed) return std::min(*connection.own_closed, *connection.peer_closed);
  return connection.own_closed ? connection.own_closed : connection.peer_closed;
}

WaitEnd end_of(const Connection& connection) {
  const bool exited =
      connection.close_reason == CloseReason::exit || (connection.raw.record.flags & SW_FLAG_EXITING) != 0;
  return connection.closed_by == ClosedBy::own && !exited ? WaitEnd::own_close : WaitEnd::other;
}

/// The wait that the end of the connection ended, from its last state.
void take_end(const Connection& connection, const Process& process, WaitHistory& history) {
  const auto end = first_end(connection);
  if (!end) return;
  const auto wait = wait_of(connection, *end);
  if (!wait || wait->since > *end || wait->shown == Wait::Shown::by_nothing) return;
  history.add(key_of(process, connection, wait->phase),
              {.begin = wait->since, .duration = *end - wait->since, .end = end_of(connection)});
}

}  // namespace

void WaitFeed::update(const Model& model, WaitHistory& history) {
  ++model_;
  for (const auto* list : {&model.connections, &model.closed}) {
    for (const Connection& connection : *list) {
      const Process* process = model.process_of(connection);
      if (process == nullptr || (connection.role != Role::client && connection.role != Role::server)) continue;
      take_answers(connection, *process, history);
      if (list == &model.closed) take_end(connection, *process, history);
    }
  }
  std::erase_if(connections_, [&](const auto& entry) { return entry.second.model != model_; });
}

void WaitFeed::take_answers(const Connection& connection, const Process& process, WaitHistory& history) {
  Counted& counted = connections_[connection.id];
  counted.model = model_;
  if (connection.role == Role::client) {
    take_client(connection, process, history, counted);
  } else {
    take_server(connection, process, history, counted);
  }
}

void WaitFeed::take_client(const Connection& connection, const Process& process, WaitHistory& history,
                           Counted& counted) {
  const sw_record& record = connection.raw.record;
  const Instant now{nanoseconds(connection.raw.read_ns)};
  if (!counted.dialled && record.established_ns != 0) {
    counted.dialled = true;
    add_answer(history, key_of(process, connection, "dial"), std::chrono::microseconds(record.connect_latency_us), now);
  }
  const sw_flow& request = request_flow(connection);
  const sw_flow& response = response_flow(connection);
  if (!counted.shook_hands && (request.flags & response.flags & SW_FLOW_ENCRYPTED) != 0) {
    counted.shook_hands = true;
    const auto done_ns = std::max(request.head_done_ns, response.head_done_ns);
    std::uint64_t never = 0;
    if (const auto span = new_span(request.started_ns, done_ns, never))
      add_answer(history, key_of(process, connection, "tls"), *span, now);
  }
  if (record.first_byte_count > counted.first_bytes && record.first_byte_sum_ns >= counted.first_byte_sum_ns) {
    const std::uint32_t count = record.first_byte_count - counted.first_bytes;
    const nanoseconds each((record.first_byte_sum_ns - counted.first_byte_sum_ns) / count);
    const WaitKey key = key_of(process, connection, "header");
    for (std::uint32_t i = 0; i < std::min(count, most_answers); ++i) add_answer(history, key, each, now);
  }
  counted.first_bytes = record.first_byte_count;
  counted.first_byte_sum_ns = record.first_byte_sum_ns;
  take_bodies(connection, process, history, counted);
}

/// Of several since the last look, only the latest shows when it came; none took longer than from that look to now.
void WaitFeed::take_bodies(const Connection& connection, const Process& process, WaitHistory& history,
                           Counted& counted) {
  const sw_flow& response = response_flow(connection);
  if (!is_http_1(connection.protocol) || connection.preexisting) return;
  const std::uint64_t last_ns = std::max<std::uint64_t>(counted.read_ns, connection.raw.record.established_ns);
  counted.read_ns = connection.raw.read_ns;
  const std::uint32_t under_way = response.message == SW_MESSAGE_BODY ? 1 : 0;
  const std::uint32_t whole = response.messages - std::min(response.messages, under_way);
  if (whole <= counted.bodies) return;
  const std::uint32_t count = std::min(whole - counted.bodies, most_answers);
  counted.bodies = whole;
  nanoseconds each(counted.read_ns - std::min(last_ns, counted.read_ns));
  if (count == 1 && under_way == 0 && response.done_ns >= response.head_done_ns)
    each = nanoseconds(response.done_ns - response.head_done_ns);
  const Instant now{nanoseconds(connection.raw.read_ns)};
  for (std::uint32_t i = 0; i < count; ++i) add_answer(history, key_of(process, connection, "body"), each, now);
}

void WaitFeed::take_server(const Connection& connection, const Process& process, WaitHistory& history,
                           Counted& counted) {
  if (!is_http_1(connection.protocol)) return;
  const Instant now{nanoseconds(connection.raw.read_ns)};
  const sw_flow& request = request_flow(connection);
  const sw_flow& response = response_flow(connection);
  if (const auto span = new_span(request.started_ns, request.head_done_ns, counted.request_head_ns))
    add_answer(history, key_of(process, connection, "server-header"), *span, now);
  if (request.message != SW_MESSAGE_COMPLETE) return;
  if (request.framing != SW_FRAMING_NONE) {
    if (const auto span = new_span(request.head_done_ns, request.done_ns, counted.request_done_ns))
      add_answer(history, key_of(process, connection, "server-body"), *span, now);
  }
  if (const auto span = new_span(request.done_ns, response.started_ns, counted.response_done_ns))
    add_answer(history, key_of(process, connection, "handler"), *span, now);
}

}  // namespace sockwarden
