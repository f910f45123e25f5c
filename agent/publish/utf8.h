#pragma once

#include <string>
#include <string_view>

namespace sockwarden {

/// The same text where it is valid UTF-8 without NUL; every byte that is not becomes U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace sockwarden
