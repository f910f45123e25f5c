// What a Java archive holds, by the directory at its end.
#pragma once

#include <string>
#include <string_view>

namespace sockwarden {

/// Whether the archive has this entry. False for what is no archive, and for one whose directory is very large.
[[nodiscard]] bool jar_holds(const std::string& path, std::string_view entry);

}  // namespace sockwarden
