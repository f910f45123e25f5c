#include "agent/model/pool_recorder.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "agent/contract/give_back.h"
#include "agent/model/connection.h"
#include "agent/model/propagated_close.h"

namespace sockwarden {
namespace {

bool is_established(const Connection& connection) {
  return connection.state != TcpState::syn_sent && connection.state != TcpState::close &&
         (connection.raw.record.flags & SW_FLAG_SETTLED) == 0;
}

/// Given up by the program, although the kernel has not ended it yet.
bool is_released(const Connection& connection) {
  return connection.own_closed && (connection.raw.record.flags & SW_FLAG_RELEASED) != 0;
}

void take_opening(PoolState& state, const Connection& connection) {
  if (!connection.preexisting) state.add_opening(connection.established.value_or(connection.birth));
}

void take_statements(Pool& pool, const sw_wire& wire) {
  pool.text_statements += wire.text_statements;
  pool.prepares += wire.prepares;
  pool.executes += wire.executes;
}

void count_ending(Pool& pool, const Connection& connection, const Usage& usage) {
  pool.discarded += usage.thrown_away ? 1 : 0;
  ++pool.details;
  pool.closed_exchanges += connection.exchanges;
}

void take_ages(PoolState& state, const Connection& connection, const Usage& usage, Instant end) {
  const auto idle = idle_at_end(connection);
  if (idle && connection.closed_by == ClosedBy::own) state.own_idle.add(*idle);
  if (idle && connection.closed_by == ClosedBy::peer) state.peer_idle.add(*idle);
  if (!connection.preexisting && connection.closed_by == ClosedBy::own && is_chosen(connection))
    state.lifetimes.add(end - usage.opened);
}

}  // namespace

void PoolRecorder::record(const Model& model, Instant until, PoolTable& table) {
  ++round_;
  const std::unordered_set<std::uint64_t> others = propagated_close(model);
  // What closed while the scan read is in both lists.
  std::unordered_set<std::uint64_t> ended;
  for (const Connection& connection : model.closed) {
    if (connection.role != Role::client) continue;
    ended.insert(connection.id);
    if (PoolState* state = state_of(connection, table, model.time))
      take_closed(table, *state, connection, others.contains(connection.id), until);
  }
  for (const Connection& connection : model.connections) {
    if (connection.role != Role::client || ended.contains(connection.id)) continue;
    if (!is_established(connection)) {
      // Ended, but still held: its details come when it is released.
      if (const auto seen = seen_.find(connection.id); seen != seen_.end()) seen->second.round = round_;
      continue;
    }
    if (PoolState* state = state_of(connection, table, model.time)) take_live(*state, connection);
  }
  std::erase_if(seen_, [&](const auto& item) { return item.second.round != round_; });
  give_back_buckets(seen_);
}

PoolState* PoolRecorder::state_of(const Connection& connection, PoolTable& table, Instant now) {
  PoolState* state = table.state_of({connection.raw.record.process, connection.remote}, now);
  if (state == nullptr) ++dropped_;
  return state;
}

void PoolRecorder::take_released(PoolState& state, const Connection& connection) {
  Usage usage = usage_of(connection);
  usage.closed = end_of(connection);
  usage.thrown_away = is_thrown_away(connection, usage, ending_of(connection));
  state.live_exchanges += connection.exchanges;
  state.usages.push_back(usage);
  if (const auto seen = seen_.find(connection.id); seen != seen_.end()) {
    seen->second.round = round_;
  } else if (seen_.size() < limits_.connections) {
    seen_[connection.id].round = round_;
    take_opening(state, connection);
  }
}

void PoolRecorder::take_live(PoolState& state, const Connection& connection) {
  if (is_released(connection)) return take_released(state, connection);
  Pool& pool = state.pool;
  Usage usage = usage_of(connection);
  if (is_in_response(connection)) usage.response.reset();
  ++pool.open;
  state.reused += requests_of(connection) > traits_of(connection.protocol).requests_of_one_use ? 1 : 0;
  state.live_exchanges += connection.exchanges;
  pool.survived_idle = std::max(pool.survived_idle, survived_idle(connection));
  ++(usage.request && !usage.response ? pool.in_use : pool.idle);
  state.usages.push_back(usage);
  if (has_name(connection.protocol)) pool.protocol = connection.protocol;
  const sw_wire& wire = connection.raw.record.wire;
  if (const std::string_view name = name_of(connection); !name.empty()) pool.name = name;
  take_statements(pool, wire);

  const auto seen = seen_.find(connection.id);
  take_reuse(state, connection, seen == seen_.end() ? nullptr : &seen->second);
  if (seen == seen_.end() && seen_.size() >= limits_.connections) {
    ++dropped_;
    return;
  }
  if (seen == seen_.end()) take_opening(state, connection);
  Seen& now = seen_[connection.id];
  now.last_receive = connection.last_receive.value_or(Instant{});
  now.exchanges = connection.exchanges;
  now.round = round_;
}

void PoolRecorder::take_reuse(PoolState& state, const Connection& connection, const Seen* seen) {
  const std::optional<Instant> request = instant_of(connection.raw.record.request_sent_ns);
  if (seen == nullptr || connection.exchanges != seen->exchanges + 1 || seen->exchanges == 0 || !request) return;
  std::chrono::nanoseconds& longest = state.pool.longest_idle_at_reuse;
  longest = std::max<std::chrono::nanoseconds>(longest, *request - seen->last_receive);
}

void PoolRecorder::take_closed(PoolTable& table, PoolState& state, const Connection& connection,
                               bool is_propagated_close, Instant until) {
  Pool& pool = state.pool;
  const std::optional<Instant> end = end_of(connection);
  if (!end || connection.raw.record.connect > SW_CONNECT_ESTABLISHED) return;
  Usage usage = usage_of(connection);
  usage.closed = end;
  Ending ending = ending_of(connection);
  ending.propagated_close = is_propagated_close;
  usage.thrown_away = is_thrown_away(connection, usage, ending);
  count_ending(pool, connection, usage);
  if (has_name(connection.protocol)) pool.protocol = connection.protocol;
  const sw_wire& wire = connection.raw.record.wire;
  const std::array<std::uint32_t, 3> statements{wire.text_statements, wire.prepares, wire.executes};
  for (std::size_t i = 0; i < statements.size(); ++i) state.closed_statements[i] += statements[i];
  take_statements(pool, wire);

  const auto seen = seen_.find(connection.id);
  take_reuse(state, connection, seen == seen_.end() ? nullptr : &seen->second);
  if (seen == seen_.end()) take_opening(state, connection);
  table.add_ending(state, ending);
  take_ages(state, connection, usage, *end);
  if (*end > until) state.later.push_back(usage);
  state.usages.push_back(usage);
}

}  // namespace sockwarden
