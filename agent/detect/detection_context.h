// What a detector may look at, and what it answers with. A detector is a pure function of a DetectionContext: no I/O,
// no clock, no state. One detector a file; detectors.cpp lists them.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/config/config.h"
#include "agent/detect/finding.h"
#include "agent/detect/open_wait.h"
#include "agent/detect/queue_history.h"
#include "agent/detect/wait_history.h"
#include "agent/evidence/evidence.h"
#include "agent/model/descriptor_history.h"
#include "agent/model/model.h"
#include "agent/model/pool.h"

namespace sockwarden {

class BindHistory;

struct DetectionContext {
  const Model& model;
  const Pools& pools;
  const WaitHistory& waits;
  const QueueHistory& queues;

  /// Answers to the questions of this round, by connection id; empty the first time that a round asks.
  const std::unordered_map<std::uint64_t, Evidence>& evidence;

  /// Thresholds in force for a process and endpoint ("10.0.0.7:8080").
  std::function<Thresholds(const Process& process, const std::string& endpoint)> thresholds;

  const DescriptorHistory* descriptors = nullptr;
  const BindHistory* binds = nullptr;
  bool tells_open_waits = false;  ///< they cost questions, and are no findings
};

struct DetectorResult {
  std::vector<Finding> findings;
  /// Connections that wait too long and for which /proc should be asked. With questions, the detector is run again in
  /// the same round, with the answers.
  std::vector<EvidenceQuestion> questions;
  std::vector<OpenWait> open_waits;
};

using Detector = DetectorResult (*)(const DetectionContext& context);

}  // namespace sockwarden
