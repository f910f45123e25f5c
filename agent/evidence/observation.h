// What was seen of a wait, before there are words for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/contract/evidence.h"
#include "agent/evidence/mutex_owner.h"
#include "agent/evidence/timer_evidence.h"
#include "agent/evidence/upstream.h"
#include "agent/proc/process_view.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

/// Why nothing can be said.
struct Silence {
  enum class Reason {
    unreadable,   ///< `failure`
    worker_gone,  ///< the thread that took the request has ended
    ring,         ///< `thread` waits in a ring, which does not show for what
    no_thread,    ///< none of the threads that were looked at waits for the connection
  };
  Reason reason = Reason::no_thread;
  ViewFailure failure = ViewFailure::none;
  std::uint32_t pid = 0;
  std::uint32_t thread = 0;
  std::size_t threads = 0, seen = 0;
};

/// What the thread does that took a request.
enum class WorkerState {
  parked,     ///< in a futex, as for a lock
  locked,     ///< its task waits for a lock of the program's runtime
  in_loop,    ///< it waits for whatever comes next, or is free to
  working,    ///< it computes or sleeps
  elsewhere,  ///< in a call of which this does not follow
};

struct Observation {
  Verdict verdict = Verdict::unknown;
  Basis basis = Basis::nothing;
  std::optional<std::chrono::nanoseconds> timeout{};        ///< as in Evidence
  std::optional<std::chrono::nanoseconds> shown_timeout{};  ///< as in Evidence
  bool hidden_limit = false;                                ///< as in Evidence
  bool sole = false;
  bool exclusive = false;  ///< as in Evidence
  bool working = false;

  std::uint32_t thread = 0;
  ThreadWait wait{};  ///< of that thread; the limit is that of the socket where that decides
  std::optional<std::uint32_t> fd{};
  std::optional<TimerEffect> wakes_for{};  ///< what the timers do for which the thread may wake, if all are known

  bool of_libcurl = false;               ///< it polls for a transfer of libcurl, of which the limit is known
  bool timers_asked = false;             ///< whether a timer may be pending in the whole process
  std::optional<TimerEvidence> timer{};  ///< the answer to that; nothing = none
  HiddenTimer hidden = HiddenTimer::none;

  WorkerState worker = WorkerState::elsewhere;  ///< of Basis::worker
  std::optional<MutexEnd> mutex{};              ///< of a worker that is parked for one of which the end is known
  std::optional<std::uint32_t> other_worker{};  ///< a thread that computes or sleeps while the worker is parked
  std::optional<TaskWait> task{};               ///< that works on the request, where the runtime tells
  std::vector<std::string> frames{};            ///< as in Evidence
  std::optional<Upstream> upstream{};           ///< what else the process waits for, and the request perhaps with it
  Deadline deadline{};                          ///< of Basis::deadline
  bool of_reads = false;                        ///< whether that is the deadline of reads
  Silence silence{};                            ///< of Basis::nothing
  RuntimeWords runtime{};
  std::optional<std::uint32_t> held_by{};  ///< pid of another process in which it was seen
};

}  // namespace sockwarden
