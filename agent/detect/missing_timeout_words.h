// What a person reads of a missing timeout.
#pragma once

#include <chrono>
#include <string>

#include "agent/detect/finding.h"

namespace sockwarden {

[[nodiscard]] std::string missing_timeout_summary(const Finding& finding, std::chrono::nanoseconds longest);
[[nodiscard]] std::string missing_timeout_advice(const Finding& finding);

}  // namespace sockwarden
