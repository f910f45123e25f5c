// From what the kernel holds to what is wrong: scan, narrow to the targets, model, inspect. The agent, check and run
// differ only in what they do with a round.
#pragma once

#include <chrono>
#include <memory>
#include <tl/expected.hpp>
#include <vector>

#include "agent/config/config.h"
#include "agent/contract/hook_status.h"
#include "agent/contract/scan_failure.h"
#include "agent/contract/target_reader.h"
#include "agent/inspection/inspector.h"
#include "agent/model/model.h"
#include "agent/pipeline/origins.h"
#include "agent/pipeline/target_filter.h"
#include "agent/sample/kernel.h"

namespace sockwarden {

/// What one look at the host showed.
struct Round {
  Model model;  ///< its tables are those of the kernel and of the inspection
  Inspection inspection;
  ReaderHealth reader;
};

class Pipeline {
 public:
  Pipeline(std::unique_ptr<Kernel> kernel, std::unique_ptr<TargetReader> reader, const Config& config);

  /// Other settings, from the next round on.
  void configure(const Config& config);

  /// `last` is the Model of the round before, empty for the first. A scan that fails changes nothing: the next good one
  /// goes on from there.
  [[nodiscard]] tl::expected<Round, ScanFailure> next(const Model& last);

  /// Waits until what this round asked of processes is answered, or given up: the next round tells it.
  void settle() { reader_->wait(longest_reading); }

  [[nodiscard]] const std::vector<HookStatus>& hooks() const { return kernel_->hooks(); }

 private:
  static constexpr std::chrono::seconds longest_reading{10};

  std::unique_ptr<Kernel> kernel_;
  std::unique_ptr<TargetReader> reader_;
  Config config_;
  TargetFilter filter_;
  Inspector inspector_;
  Origins origins_;
  Wanted wanted_;
};

}  // namespace sockwarden
