// One question put to one process, and the rules that may answer it. A rule that does not apply says nothing.
#pragma once

#include <chrono>
#include <optional>

#include "agent/contract/question.h"
#include "agent/evidence/observation.h"
#include "agent/evidence/pending_timer.h"
#include "agent/evidence/upstream.h"
#include "agent/proc/process_view.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

struct Probe {
  ProcessView& process;
  const Question& question;
  Runtime& runtime;
  PendingTimer& timers;
  UpstreamFinder& upstream;
};

/// A thread blocked in a call that names the connection's descriptor.
[[nodiscard]] std::optional<Observation> ask_blocked_thread(Probe& probe);

/// The deadlines that the program's runtime keeps for the descriptor.
[[nodiscard]] std::optional<Observation> ask_deadline(Probe& probe);

/// A thread that waits for events of many descriptors, this one among them.
[[nodiscard]] std::optional<Observation> ask_event_loop(Probe& probe);

/// Whether the thread that took a request will go on by itself. Only for questions of work, for which it is the one
/// rule.
[[nodiscard]] std::optional<Observation> ask_held_request(Probe& probe);

/// Asks for timers in the whole process: without any, the wait is endless.
void ask_timers(Probe& probe, Observation& seen);

/// Whether a wait that went on for `waited` was not ended by a time limit of `limit`: it only wakes the program now and
/// then.
[[nodiscard]] bool outlived(std::chrono::nanoseconds waited, std::chrono::nanoseconds limit);

}  // namespace sockwarden
