// Whether any timer may be pending in a whole process.
#pragma once

#include <optional>
#include <string>

#include "agent/contract/question.h"
#include "agent/evidence/go_binary.h"
#include "agent/evidence/process_view.h"
#include "agent/evidence/v8_timers.h"

namespace sockwarden {

/// Silence is the proof: no thread runs, sleeps, or waits with a time limit of the program's, and no timer descriptor
/// is armed.
class PendingTimer {
 public:
  /// `go` is the executable of a Go program, or nothing.
  PendingTimer(ProcessView& process, const GoBinary* go, HasSocketTimeout has_timeout, V8Timers& v8)
      : process_(process), go_(go), has_timeout_(std::move(has_timeout)), v8_(v8) {}

  /// The first sign of a timer, a sentence without a stop; empty = there is none.
  [[nodiscard]] const std::string& sign();

 private:
  std::string find();
  std::string evidence_of(const ProcessView::Thread& thread);
  std::string sign_of_transfer(const ProcessView::Thread& thread);
  std::string evidence_in_epoll(std::uint32_t epoll, int depth);
  std::string evidence_of_descriptor(std::uint32_t fd, int depth);
  bool is_go_monitor(const ProcessView::Thread& thread);
  bool is_go_poller(const ProcessView::Thread& thread);
  bool no_go_timer();

  ProcessView& process_;
  const GoBinary* go_;
  HasSocketTimeout has_timeout_;
  V8Timers& v8_;
  bool monitor_seen_ = false;
  std::optional<bool> no_go_timer_;
  std::size_t looked_at_ = 0;
  std::optional<std::string> sign_;
};

}  // namespace sockwarden
