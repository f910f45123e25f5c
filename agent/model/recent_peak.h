#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "agent/sample/sample.h"

namespace sockwarden {

/// The highest value of the last ten minutes, by the minute, and ever.
class RecentPeak {
 public:
  void add(Instant now, std::uint64_t value) {
    const auto minute =
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::minutes>(now.time_since_epoch()).count());
    for (std::uint32_t passed = 0; latest_ + passed < minute && passed < peaks_.size(); ++passed)
      slot(minute - passed) = 0;
    latest_ = std::max(latest_, minute);
    const auto peak = static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
    slot(minute) = std::max(slot(minute), peak);
    ever_ = std::max(ever_, peak);
  }

  [[nodiscard]] std::uint64_t recent() const { return *std::max_element(peaks_.begin(), peaks_.end()); }
  [[nodiscard]] std::uint64_t ever() const { return ever_; }

 private:
  [[nodiscard]] std::uint32_t& slot(std::uint32_t minute) { return peaks_[minute % peaks_.size()]; }

  std::array<std::uint32_t, 10> peaks_{};
  std::uint32_t latest_ = 0;  // minute
  std::uint32_t ever_ = 0;
};

}  // namespace sockwarden
