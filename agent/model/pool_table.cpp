#include "agent/model/pool_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "agent/model/live_tally.h"

namespace sockwarden {
namespace {

constexpr std::size_t endings_of_pool = 1024;
constexpr std::size_t openings_of_pool = 1024;
constexpr std::size_t rounds_of_pool = 128;

}  // namespace

std::uint64_t PoolFigures::closed_in_all() const {
  return std::accumulate(closed.begin(), closed.end(), std::uint64_t{0});
}

std::optional<double> PoolFigures::exchanges_per_connection() const {
  if (details == 0) return std::nullopt;
  return static_cast<double>(closed_exchanges) / static_cast<double>(details);
}

void PoolState::begin_round() {
  pool.open = pool.in_use = pool.idle = 0;
  pool.survived_idle = {};
  pool.text_statements = closed_statements[0];
  pool.prepares = closed_statements[1];
  pool.executes = closed_statements[2];
  usages = std::exchange(later, {});
  live_exchanges = 0;
  reused = 0;
}

void PoolState::add_opening(Instant opened) {
  pool.openings.push_back(opened);
  if (pool.openings.size() > openings_of_pool) pool.openings.pop_front();
}

std::size_t PoolTable::KeyHash::operator()(const PoolKey& key) const {
  return TallyHash{}({key.process, SW_ROLE_CLIENT, key.remote});
}

PoolState* PoolTable::state_of(const PoolKey& key, Instant now) {
  if (PoolState* known = find(key)) return known;
  if (!make_room(now)) return nullptr;
  PoolState& state = pools_[key];
  state.pool.key = key;
  state.pool.first_seen = state.pool.last_active = now;
  return &state;
}

bool PoolTable::make_room(Instant now) {
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

PoolState* PoolTable::find(const PoolKey& key) {
  const auto found = pools_.find(key);
  return found == pools_.end() ? nullptr : &found->second;
}

const Pool* PoolTable::find(const PoolKey& key) const {
  const auto found = pools_.find(key);
  return found == pools_.end() ? nullptr : &found->second.pool;
}

std::vector<const Pool*> PoolTable::all() const {
  std::vector<const Pool*> pools;
  pools.reserve(pools_.size());
  for (const auto& [key, state] : pools_) pools.push_back(&state.pool);
  return pools;
}

void PoolTable::add_ending(PoolState& state, const Ending& ending) {
  std::deque<Ending>& endings = state.pool.endings;
  if (endings.size() >= endings_of_pool || (endings_ >= limits_.endings && !endings.empty())) {
    endings.pop_front();
    --endings_;
  }
  if (endings_ >= limits_.endings) return;
  endings.push_back(ending);
  ++endings_;
}

void PoolTable::trim(PoolState& state, Instant now) {
  Pool& pool = state.pool;
  const Instant oldest = now - limits_.history;
  while (!pool.endings.empty() && pool.endings.front().closed < oldest) {
    pool.endings.pop_front();
    --endings_;
  }
  while (!pool.openings.empty() && pool.openings.front() < oldest) pool.openings.pop_front();
  while (!pool.rounds.empty() && (pool.rounds.front().time < oldest || pool.rounds.size() > rounds_of_pool))
    pool.rounds.pop_front();
}

void PoolTable::forget_old(Instant now) {
  std::erase_if(pools_, [&](const auto& item) {
    const Pool& pool = item.second.pool;
    const bool old = pool.open == 0 && now - pool.last_active >= limits_.retention;
    if (old) endings_ -= pool.endings.size();
    return old;
  });
}

}  // namespace sockwarden
