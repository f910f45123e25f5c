// One exchange of the agent: scan, narrow to the targets, model, inspect, publish.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/cli/origins.h"
#include "agent/cli/target_filter.h"
#include "agent/config/config.h"
#include "agent/inspection/inspector.h"
#include "agent/kernel/kernel.h"
#include "agent/publish/snapshot.h"

namespace sockwarden {

class Agent {
 public:
  Agent(std::unique_ptr<Kernel> kernel, std::shared_ptr<Snapshot> snapshot, WallTime started);

  /// Takes the settings over, at the start and on a reload.
  void configure(const Config& config, const ConfigState& state);
  /// Only says how a reload went; the settings stay.
  void note(const ConfigState& state) { state_ = state; }

  /// Publishes what is new. A scan that fails changes nothing of what is published, and is counted and logged.
  void step();

  [[nodiscard]] const Kernel& kernel() const { return *kernel_; }
  [[nodiscard]] const ConfigState& state() const { return state_; }

 private:
  void count(const ScanFailure& failure);
  void publish(Model model, Inspection inspection);

  std::unique_ptr<Kernel> kernel_;
  std::shared_ptr<Snapshot> snapshot_;
  Inspector inspector_;
  Origins origins_;
  WallTime started_;
  Config config_;
  ConfigState state_;
  TargetFilter filter_;
  Wanted wanted_;
  std::uint64_t failed_in_a_row_ = 0;
};

}  // namespace sockwarden
