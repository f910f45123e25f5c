// What is wrong in a Model: feeds the memories, asks the detectors, gets them their evidence, keeps the ledger.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/config/config.h"
#include "agent/detect/bind_history.h"
#include "agent/detect/detection_context.h"
#include "agent/detect/effective_timeout.h"
#include "agent/detect/queue_history.h"
#include "agent/findings/ledger.h"
#include "agent/inspection/families.h"
#include "agent/inspection/testimony.h"
#include "agent/inspection/wait_feed.h"
#include "agent/model/descriptor_history.h"
#include "agent/model/pool.h"
#include "agent/sample/wanted.h"

namespace sockwarden {

/// What is wrong in a Model, and what the next scan must tell.
struct Inspection {
  std::vector<LedgerEntry> findings;
  std::vector<ObservedWait> waits;  ///< that last beyond their thresholds
  std::vector<EffectiveTimeout> timeouts;
  Wanted wanted;
  std::vector<PoolFigures> pools;
  std::vector<TableFill> tables;                                 ///< of the pool model and of the findings
  std::uint64_t dropped_connections = 0;                         ///< that the pool model had no room for, so far
  std::uint64_t refused_findings = 0;                            ///< that had no room among the others, so far
  std::map<std::uint32_t, std::uint64_t> findings_without_room;  ///< now, by user
  std::uint64_t forgotten_wait_histories = 0;                    ///< that made room for others, so far
};

class Inspector {
 public:
  explicit Inspector(TargetReader& reader) : testimony_(reader), families_(reader) {}

  /// Takes what processes have answered: to be called before the sample that is inspected next is taken.
  void hear() { testimony_.hear(); }

  [[nodiscard]] Inspection inspect(const Model& model, const Sample& sample, const Config& config);

  /// Names for the stacks of a finding; they stay while it has the same stacks.
  void set_origin(const std::string& id, std::vector<OriginStack> origin) { ledger_.set_origin(id, std::move(origin)); }

 private:
  [[nodiscard]] std::vector<PoolFigures> pools() const;
  /// `observed_` is left filled.
  [[nodiscard]] std::vector<Finding> detect(const Model& model, const Config& config);
  void advise(std::vector<Finding>& findings, const Model& model);
  void tell(const std::vector<LedgerEvent>& events) const;
  /// A finding whose mute has run out is told as if it began.
  void tell_of_ended_mutes(const std::vector<LedgerEntry>& entries);
  [[nodiscard]] std::vector<EffectiveTimeout> timeouts();

  ObservedWaits observed_;
  Pools pools_;
  DescriptorHistory descriptors_;
  WaitHistory waits_;
  WaitFeed feed_;
  QueueHistory queues_;
  BindHistory binds_;
  Testimony testimony_;
  Families families_;
  Ledger ledger_;
  std::set<std::string> muted_;  // ids of the active findings that are
  std::map<WaitKey, std::chrono::nanoseconds> told_timeouts_;
};

}  // namespace sockwarden
