// The agent's heap: what it takes, and that it goes back to the host after a peak.
#pragma once

#include <chrono>
#include <cstdint>

namespace sockwarden {

struct HeapUse {
  std::uint64_t used_bytes = 0;
  std::uint64_t free_bytes = 0;  ///< held for what comes next
};
[[nodiscard]] HeapUse heap_use();

/// Before the first thread: one heap, from which great pieces stay apart, so that they can go back whole.
void set_up_heap();

/// Gives back what is free, where that is much and it was not done a moment ago.
class HeapReturn {
 public:
  using Clock = std::chrono::steady_clock;
  void after_scan(Clock::time_point now);

 private:
  Clock::time_point last_{};
};

}  // namespace sockwarden
