// What a process answers: whether anything will ever end a wait, in facts and in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/contract/evidence_value.h"

namespace sockwarden {

enum class Verdict {
  unknown,        ///< no evidence; the sentence says why
  timer_pending,  ///< something in the process may end the wait: not proven
  finite,         ///< a timeout exists for this very wait
  infinite,       ///< proven: only the peer, a signal or TCP itself ends the wait
};

/// What the verdict rests on.
enum class Basis {
  nothing,
  blocked_call,  ///< a thread is blocked in a call that names the connection's descriptor
  deadline,      ///< what the program's runtime keeps as the descriptor's deadline
  event_loop,    ///< a thread waits for events of all descriptors of a set, the connection's among them
  worker,        ///< what the thread does that took the request
};

struct Evidence {
  std::uint64_t connection = 0;
  Verdict verdict = Verdict::unknown;
  Basis basis = Basis::nothing;
  std::optional<std::chrono::nanoseconds> timeout;  ///< of `finite`: how long the program waits in all, if known
  /// Of `timer_pending`: the time limit that the thread which waits for the connection shows, or the time until the
  /// last timer of the program is due, where all of them can be read. One that the wait has outlived (waited much
  /// longer) only wakes the program now and then.
  std::optional<std::chrono::nanoseconds> shown_timeout;
  /// Of `timer_pending`: how long the wait may last, from its begin, by all limits that showed since.
  std::chrono::nanoseconds may_last{};
  /// Of `timer_pending`: a limit, or whoever works on the answer, may be where it cannot be read.
  bool hidden_limit = false;
  /// Of `infinite`: the process waits for nothing besides.
  bool sole = false;
  /// Of `nothing`: all threads were looked at, and none of them waits for the connection.
  bool unattended = false;
  /// Of `blocked_call`: the call names nothing besides the connection but how threads of the process wake each other.
  bool exclusive = false;
  /// Of `worker`: some thread of the process computes, and may be the one that works on the answer.
  bool working = false;
  /// Of `worker`: it is an event loop that took the request.
  bool in_loop = false;
  /// Of `worker`: the very task that works on the request waits for a lock, whatever else the process waits for.
  bool in_lock = false;

  // For people. Nothing is decided by these.
  std::string sentence;             ///< "thread 4312 is blocked in recvfrom on fd 7, SO_RCVTIMEO unset"
  std::vector<std::string> notes;   ///< what else a reader should know, a sentence each
  std::vector<std::string> frames;  ///< where the task stands, from the program's own innermost call on
  EvidenceValues facts;             ///< as they go into a finding's `evidence`
};

}  // namespace sockwarden
