// What a person reads of a timer that may be pending.
#pragma once

#include <string>

#include "agent/evidence/timer_evidence.h"

namespace sockwarden {

/// A sentence without a stop: "timerfd 7 is armed".
[[nodiscard]] std::string in_words(const TimerEvidence& evidence);
[[nodiscard]] std::string in_words(HiddenTimer timer);

}  // namespace sockwarden
