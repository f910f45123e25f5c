// Names of cgroups by id, for processes that are gone before anybody could ask /proc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "agent/proc/file_text.h"

namespace sockwarden {

/// Where cgroup2 is mounted in this mount namespace, found in /proc/self/mountinfo.
[[nodiscard]] std::optional<std::string> find_cgroup2_mount();

class CgroupPaths {
 public:
  explicit CgroupPaths(std::optional<std::string> mount = find_cgroup2_mount(), std::size_t capacity = 4096);

  /// The tree may be walked once more: it is at most once a scan, and for all that are asked for in it.
  void begin_scan() { tree_.reset(); }

  /// Path below the cgroup2 root of a cgroup id (its inode number), or nothing if no such cgroup is left.
  [[nodiscard]] std::optional<std::string> path(std::uint64_t id);

 private:
  /// Whether the kernel answered; `path` stays empty where the cgroup is gone.
  bool ask_kernel(std::uint64_t id, std::optional<std::string>& path) const;
  using Tree = std::unordered_map<std::uint64_t, std::string>;
  [[nodiscard]] Tree walk() const;
  [[nodiscard]] std::optional<std::string> find_in_tree(std::uint64_t id);
  void remember(std::uint64_t id, std::optional<std::string> path);

  std::string mount_;
  OwnedFd root_;
  std::size_t capacity_;
  std::optional<Tree> tree_;  // as it was when first needed in this scan
  std::unordered_map<std::uint64_t, std::optional<std::string>> known_;
  std::deque<std::uint64_t> order_;  // oldest first
};

}  // namespace sockwarden
