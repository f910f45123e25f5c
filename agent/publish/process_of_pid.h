#pragma once

#include <cstdint>

#include "agent/publish/published.h"

namespace sockwarden {

/// The process that has this number now, or the last that had it: what an earlier one of the same number did is not
/// its.
class ProcessOfPid {
 public:
  ProcessOfPid(const Published& published, std::uint32_t pid);

  /// Whether it is this one, before an exec() or after.
  [[nodiscard]] bool is(const Process& process) const;
  [[nodiscard]] bool owns(const Connection& connection) const;

 private:
  const Model& model_;
  std::uint32_t pid_;
  std::uint32_t serial_ = 0;
  std::uint64_t start_ticks_ = 0;  // 0: not known
};

}  // namespace sockwarden
