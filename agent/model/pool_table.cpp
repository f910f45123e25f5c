#include "agent/model/pool_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "agent/contract/give_back.h"
#include "agent/model/live_tally.h"

namespace sockwarden {
namespace {

constexpr std::size_t endings_of_pool = 1024;
constexpr std::size_t openings_of_pool = 1024;
constexpr std::size_t rounds_of_pool = 128;
/// Of a row of equal rounds: so many as a burst needs before and after it (pool-unbounded).
constexpr std::size_t equal_rounds = 5;

bool are_equal(const PoolRound& left, const PoolRound& right) {
  return left.peak_open == right.peak_open && left.peak_in_use == right.peak_in_use && left.reused == right.reused &&
         left.left_idle == right.left_idle;
}

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

/// Rounds in which the same happened say once what they say; those that threw connections away are counted.
void PoolState::add_round(const PoolRound& round) {
  Latest<PoolRound>& rounds = pool.rounds;
  const bool quiet = !round.left_idle && rounds.size() >= equal_rounds &&
                     std::all_of(rounds.end() - equal_rounds, rounds.end(),
                                 [&](const PoolRound& earlier) { return are_equal(earlier, round); });
  if (quiet) {
    rounds[rounds.size() - 2].time = rounds.back().time;
    rounds.back().time = round.time;
    return;
  }
  rounds.push_back(round);
  if (rounds.size() > rounds_of_pool) rounds.pop_front();
}

std::size_t PoolState::bytes() const {
  const std::size_t name = pool.name.capacity() == std::string().capacity() ? 0 : pool.name.capacity() + 1;
  return sizeof(*this) + name + pool.openings.bytes() + pool.rounds.bytes() + own_idle.bytes() + peer_idle.bytes() +
         lifetimes.bytes() + (usages.capacity() + later.capacity()) * sizeof(Usage);
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
  Latest<Ending>& endings = state.pool.endings;
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
  while (!pool.rounds.empty() && pool.rounds.front().time < oldest) pool.rounds.pop_front();
  pool.endings.fit();
  pool.openings.fit();
  pool.rounds.fit();
}

void PoolTable::forget_old(const Model& model) {
  std::erase_if(pools_, [&](const auto& item) {
    const Pool& pool = item.second.pool;
    if (pool.open != 0) return false;
    const bool old = model.time - pool.last_active >= limits_.retention;
    if (!old && model.process_of_serial(pool.key.process) != nullptr) return false;
    endings_ -= pool.endings.size();
    return true;
  });
  give_back_buckets(pools_);
}

std::size_t PoolTable::bytes() const {
  constexpr std::size_t node = sizeof(PoolKey) + 2 * sizeof(void*);  // beside the state
  std::size_t bytes = pools_.bucket_count() * sizeof(void*);
  for (const auto& [key, state] : pools_) bytes += node + state.bytes();
  return bytes;
}

}  // namespace sockwarden
