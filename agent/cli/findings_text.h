// Findings for people: what, who, since when, the proof and the fix.
#pragma once

#include <cstddef>
#include <string>

#include "agent/publish/json.h"

namespace sockwarden {

/// `findings` as the API gives them. At most `width` columns; 0 = 80. Ends with a line that sums up.
[[nodiscard]] std::string findings_text(const Json& findings, std::size_t width);

/// A wait that is no finding, as `check` gives it.
[[nodiscard]] std::string open_wait_text(const Json& wait, std::size_t width);

/// "missing-timeout (header)"
[[nodiscard]] std::string title_of(const Json& finding);

}  // namespace sockwarden
