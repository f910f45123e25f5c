// The pools that are known, and what is kept of each between rounds. Bounded.
#pragma once

#include <unordered_map>
#include <vector>

#include "agent/model/ages.h"
#include "agent/model/pool_figures.h"
#include "agent/model/usage.h"

namespace sockwarden {

struct PoolState {
  Pool pool;
  AgeSamples own_idle, peer_idle, lifetimes;
  std::vector<Usage> usages;  ///< of this round
  std::vector<Usage> later;   ///< ended after it
  std::uint32_t reused = 0;
  std::uint64_t last_opened = 0, last_closed = 0, last_exchanges = 0, live_exchanges = 0;
  std::array<std::uint64_t, 3> closed_statements{};  ///< text, prepares, executes

  void begin_round();
  void add_opening(Instant opened);
  void add_round(const PoolRound& round);
  /// All that is kept of it.
  [[nodiscard]] std::size_t bytes() const;
};

class PoolTable {
 public:
  explicit PoolTable(const PoolLimits& limits) : limits_(limits) {}

  /// Makes it where there is none; null where there is no room.
  PoolState* state_of(const PoolKey& key, Instant now);
  [[nodiscard]] PoolState* find(const PoolKey& key);
  [[nodiscard]] const Pool* find(const PoolKey& key) const;
  void for_each(auto&& visit) {
    for (auto& [key, state] : pools_) visit(state);
  }
  [[nodiscard]] std::vector<const Pool*> all() const;

  void add_ending(PoolState& state, const Ending& ending);
  /// Drops the history that is older than the limit.
  void trim(PoolState& state, Instant now);
  /// Those without a connection whose process is gone, or that nothing happened to for too long.
  void forget_old(const Model& model);
  void set_retention(std::chrono::seconds retention) { limits_.retention = retention; }

  [[nodiscard]] std::size_t size() const { return pools_.size(); }
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t endings() const { return endings_; }

 private:
  struct KeyHash {
    std::size_t operator()(const PoolKey& key) const;
  };
  bool make_room(Instant now);

  PoolLimits limits_;
  std::unordered_map<PoolKey, PoolState, KeyHash> pools_;
  std::size_t endings_ = 0;  // in all pools
};

}  // namespace sockwarden
