// Takes down what each connection of a pool did since the last round.
#pragma once

#include <optional>
#include <unordered_map>

#include "agent/model/pool_table.h"

namespace sockwarden {

class PoolRecorder {
 public:
  explicit PoolRecorder(const PoolLimits& limits) : limits_(limits) {}

  /// After `until` the lists of `model` may be incomplete.
  void record(const Model& model, Instant until, PoolTable& table);

  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] std::size_t size() const { return seen_.size(); }
  [[nodiscard]] std::size_t bytes() const {
    constexpr std::size_t node = sizeof(std::pair<const std::uint64_t, Seen>) + 2 * sizeof(void*);
    return seen_.size() * node + seen_.bucket_count() * sizeof(void*);
  }

 private:
  struct Seen {
    Instant last_receive{};
    std::uint32_t exchanges = 0;
    std::uint64_t round = 0;
  };

  PoolState* state_of(const Connection& connection, PoolTable& table, Instant now);
  void take_live(PoolState& state, const Connection& connection);
  void take_released(PoolState& state, const Connection& connection);
  void take_closed(PoolTable& table, PoolState& state, const Connection& connection, bool is_propagated_close,
                   Instant until);
  static void take_reuse(PoolState& state, const Connection& connection, const Seen* seen);

  PoolLimits limits_;
  std::unordered_map<std::uint64_t, Seen> seen_;
  std::uint64_t round_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace sockwarden
