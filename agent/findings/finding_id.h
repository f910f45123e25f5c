#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "agent/detect/finding.h"

namespace sockwarden {

/// A process through the agent's restarts: pid and start time.
using ProcessSubject = std::pair<std::uint32_t, std::uint64_t>;
[[nodiscard]] ProcessSubject subject_of(const Process& process);

/// "f-" and 16 hexadecimal digits: the same whenever and by whichever agent the same thing is found.
[[nodiscard]] std::string finding_id(const Finding& finding, const Process& process);

}  // namespace sockwarden
