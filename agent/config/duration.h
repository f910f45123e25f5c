// Durations as the configuration writes them: "200ms", "5s", "2m", "1h30m".
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sockwarden {

/// The error is a sentence's end: `"5 s" is no duration; …`.
[[nodiscard]] tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace sockwarden
