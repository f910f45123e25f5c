#include "agent/inspection/wait_feed.h"

#include <algorithm>

#include "agent/contract/give_back.h"
#include "agent/detect/wait.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

/// More of one connection within one scan tell nothing new.
constexpr std::uint32_t most_answers = 32;

void add_answer(WaitHistory& history, const WaitKey& key, nanoseconds duration, Instant now) {
  history.add(key, {.begin = now - duration, .duration = duration, .end = WaitEnd::answered});
}

/// A span between two times, if both are known and the second is new.
std::optional<nanoseconds> new_span(std::optional<Instant> begin, std::optional<Instant> end,
                                    std::optional<Instant>& counted) {
  if (!begin || !end || *end < *begin || end == counted) return std::nullopt;
  counted = end;
  return *end - *begin;
}

std::optional<Instant> first_end(const Connection& connection) {
  if (connection.own_closed && connection.peer_closed) return std::min(*connection.own_closed, *connection.peer_closed);
  return connection.own_closed ? connection.own_closed : connection.peer_closed;
}

WaitEnd end_of(const Connection& connection) {
  const bool exited = connection.close_reason == CloseReason::exit || connection.exiting;
  return connection.closed_by == ClosedBy::own && !exited ? WaitEnd::own_close : WaitEnd::other;
}

/// The wait that the end of the connection ended, from its last state.
void take_end(const Connection& connection, const Process& process, WaitHistory& history) {
  const auto end = first_end(connection);
  if (!end) return;
  const auto wait = wait_of(connection, *end);
  if (!wait || wait->since > *end || wait->shown == Wait::Shown::by_nothing) return;
  if (nothing_said(connection)) return;  // it was in reserve as well as not
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
  give_back_buckets(connections_);
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
  const Instant now = connection.read;
  if (!counted.dialled && connection.established) {
    counted.dialled = true;
    add_answer(history, key_of(process, connection, "dial"), connection.connect_duration, now);
  }
  if (!counted.shook_hands && connection.tls_handshake) {
    counted.shook_hands = true;
    add_answer(history, key_of(process, connection, "tls"), *connection.tls_handshake, now);
  }
  const FirstBytes& first_bytes = connection.first_bytes;
  if (first_bytes.count > counted.first_bytes.count && first_bytes.sum >= counted.first_bytes.sum) {
    const std::uint32_t count = first_bytes.count - counted.first_bytes.count;
    const nanoseconds each = (first_bytes.sum - counted.first_bytes.sum) / count;
    const WaitKey key = key_of(process, connection, "header");
    for (std::uint32_t i = 0; i < std::min(count, most_answers); ++i) add_answer(history, key, each, now);
  }
  counted.first_bytes = first_bytes;
  take_bodies(connection, process, history, counted);
}

/// Of several since the last look, only the latest shows when it came; none took longer than from that look to now.
void WaitFeed::take_bodies(const Connection& connection, const Process& process, WaitHistory& history,
                           Counted& counted) {
  const Message& response = connection.response;
  if (!is_http_1(connection.protocol) || connection.preexisting) return;
  const Instant last = std::max(counted.read, connection.established.value_or(Instant{}));
  counted.read = connection.read;
  const std::uint32_t under_way = response.part == Message::Part::body ? 1 : 0;
  const std::uint32_t whole = response.count - std::min(response.count, under_way);
  if (whole <= counted.bodies) return;
  const std::uint32_t count = std::min(whole - counted.bodies, most_answers);
  counted.bodies = whole;
  nanoseconds each = connection.read - std::min(last, connection.read);
  if (count == 1 && under_way == 0 && response.done >= response.head_done)
    each = response.done.value_or(Instant{}) - response.head_done.value_or(Instant{});
  const WaitKey key = key_of(process, connection, "body");
  for (std::uint32_t i = 0; i < count; ++i) add_answer(history, key, each, connection.read);
}

void WaitFeed::take_server(const Connection& connection, const Process& process, WaitHistory& history,
                           Counted& counted) {
  if (!is_http_1(connection.protocol)) return;
  const Instant now = connection.read;
  const Message& request = connection.request;
  if (const auto span = new_span(request.began, request.head_done, counted.request_head))
    add_answer(history, key_of(process, connection, "server-header"), *span, now);
  if (request.part != Message::Part::complete) return;
  if (request.has_body) {
    if (const auto span = new_span(request.head_done, request.done, counted.request_done))
      add_answer(history, key_of(process, connection, "server-body"), *span, now);
  }
  if (const auto span = new_span(request.done, connection.response.began, counted.response_began))
    add_answer(history, key_of(process, connection, "handler"), *span, now);
}

}  // namespace sockwarden
