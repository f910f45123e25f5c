// What the findings about a pool have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/detect/scene.h"

namespace sockwarden {

/// A pool of a process that runs, or has just ended, with the thresholds in force.
struct PoolCase {
  const Pool& pool;
  const Process& process;
  Thresholds thresholds;
  Instant now{};

  /// How long a mistake that is over still counts as one that happens.
  [[nodiscard]] std::chrono::nanoseconds window() const { return 3 * thresholds.leak; }
  [[nodiscard]] std::string remote() const { return pool.key.remote.string(); }
  [[nodiscard]] Finding finding(const std::string& class_name) const;
  /// Endings within the window for which `holds`.
  [[nodiscard]] std::vector<const Ending*> endings(const std::function<bool(const Ending&)>& holds) const;
};

[[nodiscard]] std::vector<PoolCase> pool_cases(const Scene& scene);

/// Subjects, stacks and count of a finding from endings.
void take_endings(Finding& finding, const std::vector<const Ending*>& endings);

/// Seconds as evidence has them.
[[nodiscard]] double seconds_of(std::chrono::nanoseconds duration);

}  // namespace sockwarden
