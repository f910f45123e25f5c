// Whether a process that owes an answer will go on by itself.
#include <algorithm>

#include "agent/evidence/mutex_owner.h"
#include "agent/evidence/probe.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;

bool computes(const ProcessView::Thread& thread) {
  return thread.wait.kind == Kind::running || thread.is_outside_calls();
}

bool sleeps(const ProcessView::Thread& thread) { return thread.wait.kind == Kind::sleep; }

/// A thread that may be the one that works on the answer.
const ProcessView::Thread* find(const ProcessView& process, bool (*what)(const ProcessView::Thread&)) {
  const auto& threads = process.threads();
  const auto found = std::find_if(threads.begin(), threads.end(), what);
  return found == threads.end() ? nullptr : &*found;
}

/// Computes, or sleeps: who sleeps between two looks at something else cannot be told from who works on the answer.
const ProcessView::Thread* find_other(const ProcessView& process) {
  const auto* computing = find(process, computes);
  return computing != nullptr ? computing : find(process, sleeps);
}

/// `task`: null where it may have moved on to any thread.
WorkerState state_of(const ThreadWait* task) {
  if (task == nullptr) return WorkerState::in_loop;
  switch (task->kind) {
    case Kind::futex:
      return WorkerState::parked;
    case Kind::epoll:
    case Kind::poll:
      return WorkerState::in_loop;
    case Kind::running:
    case Kind::sleep:
      return WorkerState::working;
    default:
      return WorkerState::elsewhere;
  }
}

void judge_parked(Probe& probe, const ProcessView::Thread& worker, Observation& seen) {
  const auto& limit = worker.wait.limit;
  const MutexEnd mutex = end_of_mutex(probe.process, worker);
  if (limit.kind != Limit::none) {
    seen.verdict = Verdict::timer_pending;
    if (limit.kind == Limit::finite) seen.shown_timeout = limit.length;
  } else if (mutex.kind != MutexEnd::Kind::unknown) {
    seen.mutex = mutex;
    seen.verdict = mutex.kind == MutexEnd::Kind::never ? Verdict::infinite : Verdict::timer_pending;
    if (mutex.kind == MutexEnd::Kind::works) seen.other_worker = mutex.thread;
  } else if (const auto* working = find_other(probe.process); working != nullptr) {
    seen.verdict = Verdict::timer_pending;
    seen.other_worker = working->id;
  } else {
    seen.verdict = Verdict::infinite;
  }
}

/// No work is left to a timer for which the program would not stay.
void judge_loop(Probe& probe, const ProcessView::Thread& worker, Observation& seen) {
  seen.timers_asked = true;
  seen.timer = probe.timers.evidence(TimerEffect::background);
  seen.verdict = seen.timer ? Verdict::timer_pending : Verdict::infinite;
  if (!seen.timer) seen.wakes_for = probe.runtime.pending_timers(worker);
}

/// Somebody may yet come to it: only who is parked for a lock, while all others rest, is known to stand still.
bool may_be_worked_on(const Observation& seen) { return seen.worker != WorkerState::parked || seen.other_worker; }

}  // namespace

std::optional<Observation> ask_held_request(Probe& probe) {
  if (probe.question.direction != WaitDirection::work) return std::nullopt;
  const auto& threads = probe.process.threads();
  const auto worker = std::find_if(threads.begin(), threads.end(),
                                   [&](const auto& thread) { return thread.id == probe.question.worker; });
  Observation seen;
  if (worker == threads.end()) {
    seen.silence.reason = Silence::Reason::worker_gone;
    seen.hidden_limit = true;
    return seen;
  }
  seen.basis = Basis::worker;
  seen.thread = worker->id;
  seen.wait = worker->wait;
  seen.working = find(probe.process, computes) != nullptr;
  seen.task = probe.runtime.serving_task(probe.question);
  const ThreadWait* task = probe.runtime.waiting_task(*worker);
  seen.worker = seen.task && seen.task->for_lock ? WorkerState::locked : state_of(task);
  if (seen.worker != WorkerState::in_loop) seen.frames = probe.runtime.frames(*worker);  // of a loop: who runs it
  switch (seen.worker) {
    case WorkerState::locked:
      // Whatever else the program waits for: this request waits for whoever holds the lock.
      seen.verdict = seen.task->holder.empty() ? Verdict::infinite : Verdict::timer_pending;
      seen.hidden_limit = !seen.task->holder.empty();
      return seen;
    case WorkerState::parked:
      judge_parked(probe, *worker, seen);
      break;
    case WorkerState::in_loop:
      judge_loop(probe, *worker, seen);
      break;
    case WorkerState::working:
      seen.verdict = Verdict::timer_pending;
      break;
    case WorkerState::elsewhere:
      break;
  }
  if (seen.verdict == Verdict::infinite && !seen.mutex) {
    seen.upstream = probe.upstream.find(probe.question.waited);
    seen.hidden = probe.process.hidden_timer(probe.runtime.own_signals());
    if (seen.upstream || seen.hidden != HiddenTimer::none) seen.verdict = Verdict::timer_pending;
  }
  seen.hidden_limit = seen.verdict != Verdict::infinite &&
                      (seen.upstream || seen.hidden != HiddenTimer::none || may_be_worked_on(seen));
  return seen;
}

}  // namespace sockwarden
