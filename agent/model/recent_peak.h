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
    const auto minute = std::chrono::duration_cast<std::chrono::minutes>(now.time_since_epoch()).count();
    Slot& slot = slots_[static_cast<std::size_t>(minute) % slots_.size()];
    if (slot.minute != minute) slot = {minute, 0};
    slot.peak = std::max(slot.peak, value);
    latest_ = minute;
    ever_ = std::max(ever_, value);
  }

  [[nodiscard]] std::uint64_t recent() const {
    std::uint64_t peak = 0;
    for (const Slot& slot : slots_)
      if (slot.minute > latest_ - static_cast<std::int64_t>(slots_.size())) peak = std::max(peak, slot.peak);
    return peak;
  }
  [[nodiscard]] std::uint64_t ever() const { return ever_; }

 private:
  struct Slot {
    std::int64_t minute = -1;
    std::uint64_t peak = 0;
  };
  std::array<Slot, 10> slots_{};
  std::int64_t latest_ = -1;
  std::uint64_t ever_ = 0;
};

}  // namespace sockwarden
