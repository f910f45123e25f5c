// How many connections of a pool were open and in use at once, from the times that each one tells of itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/model/usage.h"

namespace sockwarden {

struct Sweep {
  std::uint64_t peak_open = 0;
  std::uint64_t peak_in_use = 0;
  /// The fewest that stayed idle when one was thrown away. A pool throws away when it is full, so that this is its
  /// limit, or above it where use is not known in full.
  std::optional<std::uint64_t> left_idle;
};

/// The window is (`from`, `to`]; after `until` some connections may be missing. Of several exchanges in it only the
/// latest is known, so that `peak_in_use` is a floor.
[[nodiscard]] Sweep sweep(const std::vector<Usage>& usages, Instant from, Instant to, Instant until);

}  // namespace sockwarden
