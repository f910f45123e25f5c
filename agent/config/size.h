// Sizes as the configuration writes them: "4096", "512KiB", "1MiB".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sockwarden {

/// Bytes. The error is a sentence's end: `"1MB" is no size; …`.
[[nodiscard]] tl::expected<std::uint64_t, std::string> parse_size(std::string_view text);

}  // namespace sockwarden
