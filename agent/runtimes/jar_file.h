// What a Java archive holds, by the directory at its end.
#pragma once

#include <string_view>

#include "agent/proc/file_text.h"

namespace sockwarden {

/// Whether the archive has this entry. False for what is no archive, and for one whose directory is very large.
[[nodiscard]] bool jar_holds(const OwnedFd& file, std::string_view entry);

}  // namespace sockwarden
