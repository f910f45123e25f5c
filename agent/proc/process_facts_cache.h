// Facts of the processes that one scan names, at the price of a few system calls each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/proc/cgroup_paths.h"
#include "agent/sample/sample.h"

namespace sockwarden {

class ProcessFactsCache {
 public:
  explicit ProcessFactsCache(std::size_t capacity = 8192) : capacity_(capacity) {}

  /// Facts of those of `pids` that live. Name, descriptors and limit are of now; the rest is read once, and again after
  /// an exec. Whatever is not named, or is gone, is forgotten. Past the capacity nothing is kept, only read.
  [[nodiscard]] std::unordered_map<std::uint32_t, ProcessFacts> scan(const std::vector<std::uint32_t>& pids);

  /// Path of a cgroup2 id, for a process that is already gone; nothing if the cgroup is, too.
  [[nodiscard]] std::optional<std::string> cgroup_path(std::uint64_t cgroup_id) { return paths_.path(cgroup_id); }

  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Kept {
    ProcessFacts facts;
    std::uint64_t image = 0;
    std::uint64_t scan = 0;
  };
  std::optional<Kept> read(std::uint32_t pid, const Kept* last) const;

  std::size_t capacity_;
  std::uint64_t scan_ = 0;
  std::unordered_map<std::uint32_t, Kept> kept_;
  CgroupPaths paths_;
};

}  // namespace sockwarden
