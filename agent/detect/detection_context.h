// What a detector may look at, and what it answers with. A detector is a pure function of a DetectionContext: no I/O,
// no clock, no state. One that needs evidence of processes is two such functions, between which they are asked. One
// detector a file; classes.json lists them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/detect/finding.h"
#include "agent/detect/observed_wait.h"
#include "agent/detect/queue_history.h"
#include "agent/detect/suspect.h"
#include "agent/detect/wait_history.h"
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

  /// Thresholds in force for a process and endpoint ("10.0.0.7:8080").
  std::function<Thresholds(const Process& process, const std::string& endpoint)> thresholds;

  const DescriptorHistory* descriptors = nullptr;
  const BindHistory* binds = nullptr;
};

struct DetectorResult {
  std::vector<Finding> findings;
  ObservedWaits waits;  ///< beyond their thresholds, findings or not
};

using Suspects = std::vector<Suspect>;

/// Either `detect`, or the other two: `suspects` names what lasts too long, and `judge` decides by what the processes
/// of the suspects have answered.
struct Detector {
  using Detect = DetectorResult (*)(const DetectionContext& context);
  using Suspecting = Suspects (*)(const DetectionContext& context);
  using Judge = DetectorResult (*)(const DetectionContext& context, const Suspects& suspects, const Answers& answers);

  constexpr Detector(Detect by_model) : detect(by_model) {}  // NOLINT(google-explicit-constructor): it is one
  constexpr Detector(Suspecting first, Judge second) : suspects(first), judge(second) {}

  Detect detect = nullptr;
  Suspecting suspects = nullptr;
  Judge judge = nullptr;
};

}  // namespace sockwarden
