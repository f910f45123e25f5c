// One question put to one process, and the rules that may answer it. A rule that does not apply says nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "agent/contract/evidence.h"
#include "agent/contract/question.h"
#include "agent/evidence/go_binary.h"
#include "agent/evidence/pending_timer.h"
#include "agent/evidence/process_view.h"

namespace sockwarden {

struct Probe {
  ProcessView& process;
  const Question& question;
  const GoBinary* go = nullptr;  ///< of a Go program
  PendingTimer& timers;
};

/// A thread blocked in a call that names the connection's descriptor.
[[nodiscard]] std::optional<Evidence> ask_blocked_thread(Probe& probe);

/// The deadlines that Go's runtime keeps for the descriptor.
[[nodiscard]] std::optional<Evidence> ask_go_deadline(Probe& probe);

/// A thread that waits for events of many descriptors, this one among them.
[[nodiscard]] std::optional<Evidence> ask_event_loop(Probe& probe);

/// Whether the thread that took a request will go on by itself. Only for questions of work, for which it is the one
/// rule.
[[nodiscard]] std::optional<Evidence> ask_held_request(Probe& probe);

/// Whether a wait that went on for `waited` was not ended by a time limit of `limit`: it only wakes the program now and
/// then.
[[nodiscard]] bool outlived(std::chrono::nanoseconds waited, std::chrono::nanoseconds limit);

/// Why a loop in which no timer of the program is pending goes on for ever: the end of a sentence.
[[nodiscard]] std::string endless_loop(const WaitLimit& limit);

/// "30 s", "250 ms".
[[nodiscard]] std::string in_words(std::chrono::nanoseconds duration);
[[nodiscard]] double in_seconds(std::chrono::nanoseconds duration);

}  // namespace sockwarden
