// What the findings about a pool have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/detect/detection_context.h"

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
  /// The most that were open at once within the window.
  [[nodiscard]] std::uint64_t peak_open() const;
  /// The most that were in use at once within the window.
  [[nodiscard]] std::uint64_t peak_in_use() const;
  [[nodiscard]] std::uint64_t kept_idle() const { return pool.kept_idle.value_or(0); }
  /// Some connections served several requests, and are open or have ended.
  [[nodiscard]] bool reuses() const;
  /// Rounds that threw connections away.
  [[nodiscard]] std::size_t throwing_rounds() const;
  /// Of a pool that is used by several at once, one look does not tell what it keeps: a round may end in the midst of
  /// a burst. True where so many rounds threw connections away.
  [[nodiscard]] bool is_known_for(std::size_t rounds) const { return peak_open() <= 1 || throwing_rounds() >= rounds; }
  [[nodiscard]] Finding finding(const std::string& class_name) const;
  /// Endings within the window for which `holds`.
  [[nodiscard]] std::vector<const Ending*> endings(const std::function<bool(const Ending&)>& holds) const;
};

[[nodiscard]] std::vector<PoolCase> pool_cases(const DetectionContext& context);

/// Subjects, stacks and count of a finding from endings.
void take_endings(Finding& finding, const std::vector<const Ending*>& endings);

/// Nine tenths of the connections served no more than `most` requests.
[[nodiscard]] bool are_single(const std::vector<const Ending*>& endings, std::uint32_t most);

/// Most of them are the doing of clients that the program serves: chance alone pairs half of a busy server's at the
/// most.
[[nodiscard]] bool are_propagated_close(const std::vector<const Ending*>& endings);

/// Seconds as evidence has them.
[[nodiscard]] double seconds_of(std::chrono::nanoseconds duration);

}  // namespace sockwarden
