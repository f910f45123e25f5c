// Durations as people and metrics read them.
#pragma once

#include <chrono>
#include <string>

namespace sockwarden {

/// "30 s", "250 ms".
[[nodiscard]] std::string in_words(std::chrono::nanoseconds duration);
[[nodiscard]] double in_seconds(std::chrono::nanoseconds duration);

}  // namespace sockwarden
