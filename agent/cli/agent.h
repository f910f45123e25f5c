// What the agent does with each round: publish it, or count and log that there was none.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "agent/pipeline/pipeline.h"
#include "agent/publish/heap.h"
#include "agent/publish/snapshot.h"

namespace sockwarden {

class Agent {
 public:
  Agent(Pipeline pipeline, std::shared_ptr<Snapshot> snapshot, WallTime started);

  /// Takes the settings over, at the start and on a reload.
  void configure(const Config& config, const ConfigState& state);
  /// Only says how a reload went; the settings stay.
  void note(const ConfigState& state) { state_ = state; }

  /// Publishes what is new. A scan that fails changes nothing of what is published, and is counted and logged.
  void step();

  [[nodiscard]] const ConfigState& state() const { return state_; }

 private:
  void count(const ScanFailure& failure);
  void publish(Round round);

  Pipeline pipeline_;
  std::shared_ptr<Snapshot> snapshot_;
  WallTime started_;
  Instant began_ = std::chrono::steady_clock::now();
  ConfigState state_;
  std::chrono::seconds retention_{15 * 60};
  std::uint64_t failed_in_a_row_ = 0;
  HeapReturn heap_;
};

}  // namespace sockwarden
