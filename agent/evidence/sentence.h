// What was seen, as a person reads it. Nothing is decided here.
#pragma once

#include <string>

#include "agent/evidence/observation.h"

namespace sockwarden {

/// "thread 4312 is blocked in recvfrom on fd 7, SO_RCVTIMEO unset"
[[nodiscard]] std::string sentence_of(const Observation& seen);

}  // namespace sockwarden
