// How this program starts itself once more.
#pragma once

#include <string>
#include <vector>

namespace sockwarden {

/// /proc/self/exe; where that is a loader which was given this program as an argument (the tarball, deploy/portable),
/// the loader with the same arguments up to the program.
[[nodiscard]] std::vector<std::string> own_command();

/// `exe` and `program` are paths of the running executable and of the file that this code was mapped from, `cmdline` is
/// /proc/self/cmdline.
[[nodiscard]] std::vector<std::string> command_to_start(const std::string& exe, const std::string& program,
                                                        const std::string& cmdline);

}  // namespace sockwarden
