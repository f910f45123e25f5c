#pragma once

#include <optional>
#include <string>

namespace sockwarden {

/// Empty where zlib has no memory.
[[nodiscard]] std::optional<std::string> gzip(const std::string& text);

}  // namespace sockwarden
