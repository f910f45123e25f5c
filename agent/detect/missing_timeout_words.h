// What a person reads of a missing timeout.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/detect/finding.h"

namespace sockwarden {

[[nodiscard]] std::string missing_timeout_summary(const Finding& finding, std::chrono::nanoseconds longest,
                                                  bool nothing_said);
/// What the page's table calls the fix, besides the phase.
[[nodiscard]] std::vector<std::string> missing_timeout_fix(const Finding& finding);

}  // namespace sockwarden
