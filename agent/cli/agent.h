// One turn of the agent: scan, narrow to the targets, model, inspect, publish.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agent/cli/target_filter.h"
#include "agent/config/config.h"
#include "agent/kernel/kernel.h"
#include "agent/publish/snapshot.h"

namespace sockwarden {

/// What is wrong in a Model, and of which processes the next scan must read every descriptor.
struct Inspection {
  std::vector<LedgerEntry> findings;
  std::vector<std::uint32_t> details;  ///< pids
};

/// The detectors and their ledger, as the agent sees them.
using Inspect = std::function<Inspection(const Model& model, const Sample& sample, const Config& config)>;

class Agent {
 public:
  Agent(std::unique_ptr<Kernel> kernel, std::shared_ptr<Snapshot> snapshot, Inspect inspect, WallTime started);

  /// Takes the settings over, at the start and on a reload.
  void configure(const Config& config, const ConfigState& state);
  /// Only says how a reload went; the settings stay.
  void note(const ConfigState& state) { state_ = state; }

  void step();

  [[nodiscard]] const Kernel& kernel() const { return *kernel_; }
  [[nodiscard]] const ConfigState& state() const { return state_; }

 private:
  void publish(Model model, std::vector<LedgerEntry> findings);

  std::unique_ptr<Kernel> kernel_;
  std::shared_ptr<Snapshot> snapshot_;
  Inspect inspect_;
  WallTime started_;
  Config config_;
  ConfigState state_;
  TargetFilter filter_;
  std::vector<std::uint32_t> details_;
};

}  // namespace sockwarden
