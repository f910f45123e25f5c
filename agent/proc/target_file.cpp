#include "agent/proc/target_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <string_view>

namespace sockwarden {
namespace {

/// The paths of mappings have no links: one that is there now came later. Components are walked one by one instead of
/// by openat2(), so that a seccomp filter sees the flags of every call that opens a file.
OwnedFd walk(OwnedFd from, std::string_view path) {
  while (from && !path.empty()) {
    const auto end = path.find('/');
    const std::string name(path.substr(0, end));
    path.remove_prefix(end == path.npos ? path.size() : end + 1);
    if (name.empty()) continue;
    if (name == "..") return {};
    OwnedFd next(::openat(from.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    from = std::move(next);
  }
  return from;
}

}  // namespace

OwnedFd open_regular(const TargetPath& path) {
  const OwnedFd found = walk(OwnedFd(::open(path.base.c_str(), O_PATH | O_CLOEXEC)), path.rest);
  struct stat status {};
  if (!found || ::fstat(found.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const std::string handle = "/proc/self/fd/" + std::to_string(found.get());
  return OwnedFd(::open(handle.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

FileState state_of(const OwnedFd& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec};
}

}  // namespace sockwarden
