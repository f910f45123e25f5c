#pragma once

#include <optional>
#include <string>

namespace sockwarden {

/// Empty where zlib has no memory.
[[nodiscard]] std::optional<std::string> gzip(const std::string& text);
/// What gzip() packed. Empty where it is not that.
[[nodiscard]] std::optional<std::string> gunzip(const std::string& packed);

}  // namespace sockwarden
