// Findings for people: what, who, since when, the proof and the fix.
#pragma once

#include <cstddef>
#include <string>

#include "agent/publish/json.h"

namespace sockwarden {

/// `findings` as the API gives them. At most `width` columns; 0 = 80. Ends with a line that sums up.
[[nodiscard]] std::string findings_text(const Json& findings, std::size_t width);

/// Waits as the API gives them: a line each for those that neither a limit nor a finding explains.
[[nodiscard]] std::string waits_text(const Json& waits, std::size_t width);

/// "missing-timeout (header)"
[[nodiscard]] std::string title_of(const Json& finding);

}  // namespace sockwarden
