#include "agent/model/pool.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "agent/model/connection.h"
#include "agent/model/live_tally.h"
#include "agent/model/propagated_close.h"
#include "agent/model/totals.h"

namespace sockwarden {
namespace {

constexpr std::chrono::milliseconds least_limit{500};
constexpr std::uint64_t least_discards = 3;
constexpr std::size_t endings_of_pool = 1024;
constexpr std::size_t openings_of_pool = 1024;
constexpr std::size_t rounds_of_pool = 128;
constexpr std::size_t stalls_of_pool = 32;

bool is_established(const Connection& connection) {
  return connection.state != TcpState::syn_sent && connection.state != TcpState::close &&
         (connection.raw.record.flags & SW_FLAG_SETTLED) == 0;
}

/// Given up by the program, although the kernel still says goodbye for it.
bool is_released(const Connection& connection) {
  return connection.own_closed && (connection.raw.record.flags & SW_FLAG_RELEASED) != 0;
}

/// A pool that throws connections away is full, so that the fewest left tells its limit. Where it never rests, some of
/// its use is not known: then only the lower rounds tell.
std::optional<std::uint64_t> kept_of(const std::deque<PoolRound>& rounds) {
  std::vector<std::uint32_t> fewest;
  for (const PoolRound& round : rounds)
    if (round.left_idle) fewest.push_back(*round.left_idle);
  if (fewest.empty()) return std::nullopt;
  const auto place = fewest.begin() + static_cast<std::ptrdiff_t>(fewest.size() / (fewest.size() < 8 ? 2 : 4));
  std::nth_element(fewest.begin(), place, fewest.end());
  return *place;
}

/// When the scan began to read connections: all that lived then, or ended later, is in its lists; of what came since
/// some may be missing.
Instant complete_until(const Model& model) {
  Instant until = model.time;
  for (const Connection& connection : model.connections)
    if (connection.raw.read_ns != 0) until = std::min(until, Instant(std::chrono::nanoseconds(connection.raw.read_ns)));
  return until;
}

void smooth(double& rate, std::uint64_t growth, double seconds) {
  const double weight = 1 - std::exp(-seconds / 60);
  rate += weight * (static_cast<double>(growth) / seconds - rate);
}

}  // namespace

std::uint64_t PoolFigures::closed_in_all() const {
  return std::accumulate(closed.begin(), closed.end(), std::uint64_t{0});
}

std::optional<double> PoolFigures::exchanges_per_connection() const {
  if (details == 0) return std::nullopt;
  return static_cast<double>(closed_exchanges) / static_cast<double>(details);
}

std::size_t Pools::KeyHash::operator()(const PoolKey& key) const {
  return TallyHash{}({key.process, SW_ROLE_CLIENT, key.remote});
}

void Pools::update(const Sample& sample, const Model& model) {
  ++round_;
  const Instant until = complete_until(model);
  const std::unordered_set<std::uint64_t> others = propagated_close(model);
  for (auto& [key, state] : pools_) {
    Pool& pool = state.pool;
    pool.open = pool.in_use = pool.idle = 0;
    pool.text_statements = state.closed_statements[0];
    pool.prepares = state.closed_statements[1];
    pool.executes = state.closed_statements[2];
    state.usages = std::exchange(state.later, {});
    state.live_exchanges = 0;
    state.reused = 0;
  }
  // What closed while the scan read is in both lists.
  std::unordered_set<std::uint64_t> ended;
  for (const Connection& connection : model.closed) {
    if (connection.role != Role::client) continue;
    ended.insert(connection.id);
    if (State* state = state_of(connection, model.time))
      take_closed(*state, connection, others.contains(connection.id), until);
  }
  for (const Connection& connection : model.connections) {
    if (connection.role != Role::client || !is_established(connection) || ended.contains(connection.id)) continue;
    if (State* state = state_of(connection, model.time)) take_live(*state, connection);
  }
  std::erase_if(seen_, [&](const auto& item) { return item.second.round != round_; });
  take_totals(sample);
  for (auto& [key, state] : pools_) finish(state, until, model.time);
  forget_old(model);
  last_time_ = model.time;
  last_until_ = until;
}

Pools::State* Pools::state_of(const Connection& connection, Instant now) {
  const PoolKey key{connection.raw.record.process, connection.remote};
  const auto found = pools_.find(key);
  if (found != pools_.end()) return &found->second;
  if (!make_room(now)) {
    ++dropped_;
    return nullptr;
  }
  State& state = pools_[key];
  state.pool.key = key;
  state.pool.first_seen = state.pool.last_active = now;
  return &state;
}

bool Pools::make_room(Instant now) {
  if (pools_.size() < limits_.pools) return true;
  // A batch at a time, since one search looks at all.
  std::vector<std::pair<Instant, PoolKey>> empty;
  for (const auto& [key, state] : pools_)
    if (state.pool.open == 0 && state.usages.empty() && state.pool.last_active != now)
      empty.emplace_back(state.pool.last_active, key);
  if (empty.empty()) return false;
  const std::size_t batch = std::min(empty.size(), limits_.pools / 100 + 1);
  std::partial_sort(empty.begin(), empty.begin() + static_cast<std::ptrdiff_t>(batch), empty.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < batch; ++i) {
    const auto found = pools_.find(empty[i].second);
    endings_ -= found->second.pool.endings.size();
    pools_.erase(found);
  }
  return true;
}

void Pools::take_live(State& state, const Connection& connection) {
  Pool& pool = state.pool;
  Usage usage = usage_of(connection);
  if (is_released(connection)) {
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
    return;
  }
  if (is_in_response(connection)) usage.response.reset();
  ++pool.open;
  state.reused += requests_of(connection) > traits_of(connection.protocol).requests_of_one_use ? 1 : 0;
  state.live_exchanges += connection.exchanges;
  ++(usage.request && !usage.response ? pool.in_use : pool.idle);
  state.usages.push_back(usage);
  if (has_name(connection.protocol)) pool.protocol = connection.protocol;
  const sw_wire& wire = connection.raw.record.wire;
  if (wire.text_length != 0)
    pool.name.assign(wire.text, strnlen(wire.text, std::min<std::size_t>(wire.text_length, sizeof wire.text)));
  pool.text_statements += wire.text_statements;
  pool.prepares += wire.prepares;
  pool.executes += wire.executes;

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
  take_stall(state, connection, now, Instant(std::chrono::nanoseconds(connection.raw.read_ns)));
}

void Pools::take_reuse(State& state, const Connection& connection, const Seen* seen) {
  const std::optional<Instant> request = instant_of(connection.raw.record.request_sent_ns);
  if (seen == nullptr || connection.exchanges != seen->exchanges + 1 || seen->exchanges == 0 || !request) return;
  if (*request > seen->last_receive) state.pool.idle_at_reuse.add(*request - seen->last_receive);
}

void Pools::take_closed(State& state, const Connection& connection, bool is_propagated_close, Instant until) {
  Pool& pool = state.pool;
  const std::optional<Instant> end = end_of(connection);
  if (!end || connection.raw.record.connect > SW_CONNECT_ESTABLISHED) return;
  Usage usage = usage_of(connection);
  usage.closed = end;
  Ending ending = ending_of(connection);
  ending.propagated_close = is_propagated_close;
  usage.thrown_away = is_thrown_away(connection, usage, ending);
  pool.discarded += usage.thrown_away ? 1 : 0;
  ++pool.details;
  pool.closed_exchanges += connection.exchanges;
  pool.single_exchange += connection.exchanges == 1 ? 1 : 0;
  pool.unused += connection.exchanges == 0 ? 1 : 0;
  pool.unread_closes += connection.raw.record.unread_bytes != 0 ? 1 : 0;
  pool.resets += connection.close_reason == CloseReason::reset ? 1 : 0;
  if (has_name(connection.protocol)) pool.protocol = connection.protocol;
  const sw_wire& wire = connection.raw.record.wire;
  const std::array<std::uint32_t, 3> statements{wire.text_statements, wire.prepares, wire.executes};
  for (std::size_t i = 0; i < statements.size(); ++i) state.closed_statements[i] += statements[i];
  pool.text_statements += wire.text_statements;
  pool.prepares += wire.prepares;
  pool.executes += wire.executes;

  const auto seen = seen_.find(connection.id);
  take_reuse(state, connection, seen == seen_.end() ? nullptr : &seen->second);

  if (seen == seen_.end()) take_opening(state, connection);
  if (pool.endings.size() >= endings_of_pool || (endings_ >= limits_.endings && !pool.endings.empty())) {
    pool.endings.pop_front();
    --endings_;
  }
  if (endings_ < limits_.endings) {
    pool.endings.push_back(ending);
    ++endings_;
  }

  const auto idle = idle_at_end(connection);
  if (idle && connection.closed_by == ClosedBy::own) {
    pool.idle_at_own_close.add(*idle);
    state.own_idle.add(*idle);
  } else if (idle && connection.closed_by == ClosedBy::peer) {
    pool.idle_at_peer_close.add(*idle);
    state.peer_idle.add(*idle);
  }
  if (!connection.preexisting) {
    pool.lifetime.add(*end - usage.opened);
    if (connection.closed_by == ClosedBy::own && is_chosen(connection)) state.lifetimes.add(*end - usage.opened);
  }
  if (*end > until) state.later.push_back(usage);
  state.usages.push_back(usage);
}

void Pools::take_opening(State& state, const Connection& connection) {
  if (connection.preexisting) return;
  state.pool.openings.push_back(connection.established.value_or(connection.birth));
  if (state.pool.openings.size() > openings_of_pool) state.pool.openings.pop_front();
}

void Pools::take_stall(State& state, const Connection& connection, Seen& seen, Instant now) {
  if ((connection.raw.socket.option_flags & (SW_IN_FORCE_NODELAY | SW_IN_FORCE_CORK)) != 0) return;
  if (connection.raw.socket.srtt_us > 100'000) return;
  if (is_late(connection, now)) late_ = now;
  const sw_flow& flow = connection.raw.record.wire.flow[SW_EGRESS];
  const auto held = held_back(connection, now);
  if (!held || flow.started_ns == seen.stalled_ns) return;
  seen.stalled_ns = flow.started_ns;
  state.pool.stalls.push_back({connection.id, now, *held});
  if (state.pool.stalls.size() > stalls_of_pool) state.pool.stalls.pop_front();
}

void Pools::trim(State& state, Instant now) {
  Pool& pool = state.pool;
  const Instant oldest = now - limits_.history;
  while (!pool.endings.empty() && pool.endings.front().closed < oldest) {
    pool.endings.pop_front();
    --endings_;
  }
  while (!pool.openings.empty() && pool.openings.front() < oldest) pool.openings.pop_front();
  while (!pool.stalls.empty() && pool.stalls.front().time < oldest) pool.stalls.pop_front();
  while (!pool.rounds.empty() && (pool.rounds.front().time < oldest || pool.rounds.size() > rounds_of_pool))
    pool.rounds.pop_front();
}

void Pools::take_totals(const Sample& sample) {
  for (const EndpointSample& endpoint : sample.endpoints) {
    if (endpoint.key.role != SW_ROLE_CLIENT) continue;
    const PoolKey key{endpoint.key.process, Address::from(endpoint.key.remote)};
    const auto found = pools_.find(key);
    if (found == pools_.end()) continue;
    Pool& pool = found->second.pool;
    pool.opened = endpoint.totals.opened;
    pool.preexisting = endpoint.totals.preexisting;
    for (std::size_t closed_by = 0; closed_by < pool.closed.size(); ++closed_by) {
      const auto& by_close_reason = endpoint.totals.closed[closed_by];
      pool.closed[closed_by] =
          std::accumulate(std::begin(by_close_reason), std::end(by_close_reason), std::uint64_t{0});
    }
    pool.exchanges = std::max<std::uint64_t>(pool.exchanges, endpoint.totals.exchanges + found->second.live_exchanges);
  }
}

void Pools::finish(State& state, Instant until, Instant to) {
  Pool& pool = state.pool;
  const Instant from = last_time_ == Instant{} ? to : last_time_;
  const Sweep result = sweep(state.usages, last_until_ == Instant{} ? until : last_until_, to, until);
  pool.rounds.push_back({to, static_cast<std::uint32_t>(result.peak_open),
                         static_cast<std::uint32_t>(result.peak_in_use), result.left_idle, state.reused});
  trim(state, to);
  pool.peak_open.add(to, result.peak_open);
  pool.peak_in_use.add(to, result.peak_in_use);
  if (pool.discarded >= least_discards) pool.kept_idle = kept_of(pool.rounds);

  pool.idle_limit = state.own_idle.constant(least_limit);
  if (pool.idle_limit && pool.idle_at_reuse.longest > *pool.idle_limit * 11 / 10) pool.idle_limit.reset();
  pool.peer_idle_limit = state.peer_idle.constant(least_limit);
  pool.lifetime_limit = state.lifetimes.constant(least_limit);
  // Opened, used once and closed when idle: then both ages are constant, and it is the idleness that ended it.
  if (pool.lifetime_limit && pool.idle_limit) pool.lifetime_limit.reset();

  const double seconds = std::chrono::duration<double>(to - from).count();
  const std::uint64_t closed = pool.closed_in_all();
  if (seconds > 0) {
    smooth(pool.opened_per_second, pool.opened - std::min(state.last_opened, pool.opened), seconds);
    smooth(pool.closed_per_second, closed - std::min(state.last_closed, closed), seconds);
    smooth(pool.exchanges_per_second, pool.exchanges - std::min(state.last_exchanges, pool.exchanges), seconds);
  }
  if (pool.open != 0 || pool.opened != state.last_opened || closed != state.last_closed) pool.last_active = to;
  state.last_opened = pool.opened;
  state.last_closed = closed;
  state.last_exchanges = pool.exchanges;
  if (state.usages.capacity() > state.usages.size() * 4) std::vector<Usage>().swap(state.usages);
}

void Pools::forget_old(const Model& model) {
  std::erase_if(pools_, [&](const auto& item) {
    const Pool& pool = item.second.pool;
    const bool old = pool.open == 0 && model.time - pool.last_active >= limits_.retention;
    if (old) endings_ -= pool.endings.size();
    return old;
  });
}

const Pool* Pools::find(const PoolKey& key) const {
  const auto found = pools_.find(key);
  return found == pools_.end() ? nullptr : &found->second.pool;
}

std::vector<TableFill> Pools::tables() const {
  return {{"pools", pools_.size(), limits_.pools},
          {"pool_connections", seen_.size(), limits_.connections},
          {"pool_endings", endings_, limits_.endings}};
}

std::vector<const Pool*> Pools::all() const {
  std::vector<const Pool*> pools;
  pools.reserve(pools_.size());
  for (const auto& [key, state] : pools_) pools.push_back(&state.pool);
  return pools;
}

}  // namespace sockwarden
