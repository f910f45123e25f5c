// Whether connections that stand idle belong to a leak or to a pool. What leaks leaves use and is not used again, and
// more and more of it comes, although what stands idle would have served. A pool is filled once, or replaces what it
// closes, or uses again what it has.
#pragma once

#include <vector>

#include "agent/config/config.h"
#include "agent/detect/pool_members.h"

namespace sockwarden {

/// A client's connection that has left use.
struct LeftConnection {
  std::optional<Instant> opened;  ///< empty: older than the agent
  std::uint32_t requests = 0;
  std::chrono::nanoseconds disused{};
};

/// How long a member of this pool must stand idle until that is disuse: longer than `thresholds.leak` where members
/// were used again after as long.
[[nodiscard]] std::chrono::nanoseconds least_disuse(const std::vector<PoolMember>& members,
                                                    const Thresholds& thresholds);

/// Whether the connections of one name that have left use keep coming. `members` are those of the same name.
[[nodiscard]] bool keep_coming(const std::vector<LeftConnection>& left, const std::vector<PoolMember>& members,
                               const Thresholds& thresholds, std::uint32_t requests_of_one_use);

/// Connections opened since `moment`, less those that took the place of one that the peer had closed.
[[nodiscard]] std::ptrdiff_t opened_beside(const std::vector<PoolMember>& members, Instant moment);

}  // namespace sockwarden
