// Whether any timer may be pending in a whole process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "agent/contract/question.h"
#include "agent/evidence/timer_evidence.h"
#include "agent/proc/process_view.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

/// Silence is the proof: no thread runs, sleeps, or waits with a time limit of the program's, and no timer descriptor
/// is armed.
class PendingTimer {
 public:
  PendingTimer(ProcessView& process, Runtime& runtime, HasSocketTimeout has_timeout)
      : process_(process), runtime_(runtime), has_timeout_(std::move(has_timeout)) {}

  /// The first that is found; nothing = no timer is pending that does more than is `harmless`.
  [[nodiscard]] const std::optional<TimerEvidence>& evidence(TimerEffect harmless = TimerEffect::housekeeping);

 private:
  using Found = std::optional<TimerEvidence>;
  Found find();
  Found evidence_of(const ProcessView::Thread& thread);
  Found evidence_of_transfer(const ProcessView::Thread& thread);
  Found evidence_of_event_wait(const ProcessView::Thread& thread);
  Found evidence_in_epoll(std::uint32_t epoll, int depth);
  Found evidence_of_descriptor(std::uint32_t fd, int depth);

  ProcessView& process_;
  Runtime& runtime_;
  HasSocketTimeout has_timeout_;
  std::size_t looked_at_ = 0;
  TimerEffect harmless_ = TimerEffect::housekeeping;
  std::map<TimerEffect, Found> evidence_;
};

}  // namespace sockwarden
