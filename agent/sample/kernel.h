// The kernel side as the agent sees it: what reads Samples. agent/kernel has the real one; tests have theirs in memory.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/hook_status.h"
#include "agent/contract/scan_failure.h"
#include "agent/sample/sample.h"
#include "agent/sample/wanted.h"

namespace sockwarden {

class Kernel {
 public:
  virtual ~Kernel() = default;

  /// Reads everything once, or says which part could not be read. What ended meanwhile is kept for the next scan.
  virtual tl::expected<Sample, ScanFailure> scan(const Wanted& wanted = {}) = 0;

  /// Frames of a user stack, innermost first, as addresses; empty if unknown. Ids are sw_record.stack_id.
  virtual std::vector<std::uint64_t> stack(std::uint32_t stack_id) = 0;

  [[nodiscard]] virtual const std::vector<HookStatus>& hooks() const = 0;
};

}  // namespace sockwarden
