// Whether a wait that nothing proves endless has gone on for so long that it is likely so.
#pragma once

#include <chrono>

#include "agent/detect/wait.h"
#include "agent/detect/wait_history.h"

namespace sockwarden {

struct LongWait {
  const Wait& wait;
  const WaitKey& key;
  const Evidence& evidence;
  std::chrono::nanoseconds waited;
  std::chrono::nanoseconds threshold;
};

/// Far beyond what that endpoint usually takes, and beyond every limit that the program has shown.
[[nodiscard]] bool is_likely_endless(const LongWait& wait, const WaitHistory& history);

}  // namespace sockwarden
