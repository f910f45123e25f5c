// Opens files that a watched process chose: only regular ones, without waiting, and never outside the process's own
// root.
#pragma once

#include <cstdint>
#include <string>

#include "agent/proc/file_text.h"

namespace sockwarden {

/// A file of a process: a link of the kernel's own, and the path from there.
struct TargetPath {
  std::string base;  ///< "/proc/7/root", "/proc/7/exe": followed
  std::string rest;  ///< "/usr/lib/libc.so.6", or empty: no link in it is followed
};

/// Nothing where it is no regular file. What is no regular file is not opened at all: opening a FIFO waits for its
/// writer, and opening a device may do something.
[[nodiscard]] OwnedFd open_regular(const TargetPath& path);

/// What tells one state of a file from another.
struct FileState {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t changed_ns = 0;  ///< ctime, which a process cannot set
  auto operator<=>(const FileState&) const = default;
};
[[nodiscard]] FileState state_of(const OwnedFd& file);

}  // namespace sockwarden
