// What the client says that it takes (RFC 9110, 12.5).
#pragma once

#include <string_view>

namespace sockwarden {

/// Whether OpenMetrics 1.0 is asked for, and not less than the text format.
[[nodiscard]] bool prefers_openmetrics(std::string_view accept);

[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace sockwarden
