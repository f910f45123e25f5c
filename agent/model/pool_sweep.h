// How many connections of a pool were open and in use at once, from the times that each one tells of itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/sample/sample.h"

namespace sockwarden {

/// One connection within the window of one scan.
struct Usage {
  Instant opened{};
  std::optional<Instant> closed;    ///< within the window
  std::optional<Instant> request;   ///< its latest turn began
  std::optional<Instant> response;  ///< and ended; empty = still in use
};

struct Sweep {
  std::uint64_t peak_open = 0;
  std::uint64_t peak_in_use = 0;
};

/// The window is (`from`, `to`]. Of several turns in it only the latest is known, so that `peak_in_use` is a floor.
[[nodiscard]] Sweep sweep(const std::vector<Usage>& usages, Instant from, Instant to);

}  // namespace sockwarden
