// How long a listener's accept queue has been full. Pure and bounded by the listeners that live.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "agent/model/model.h"

namespace sockwarden {

struct FullQueue {
  Instant since{};               ///< first scan that found it full, and every later one did
  std::uint32_t scans = 0;       ///< such scans
  std::uint32_t drops = 0;       ///< connections dropped since
  std::uint32_t drop_scans = 0;  ///< scans between which drops grew
};

class QueueHistory {
 public:
  void update(const Model& model);

  /// Nothing while the queue has room.
  [[nodiscard]] std::optional<FullQueue> full(std::uint64_t listener) const;

 private:
  struct State {
    FullQueue full;
    std::uint32_t last_drops = 0;
    std::uint64_t model = 0;
  };
  std::unordered_map<std::uint64_t, State> listeners_;
};

/// Linux takes one more than the limit that was asked for.
[[nodiscard]] bool is_full(const Connection& listener);

}  // namespace sockwarden
