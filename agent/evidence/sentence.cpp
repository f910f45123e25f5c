#include "agent/evidence/sentence.h"

#include "agent/evidence/duration_text.h"
#include "agent/evidence/timer_words.h"

namespace sockwarden {
namespace {

using Limit = WaitLimit::Kind;

std::string named(std::uint32_t thread) { return "thread " + std::to_string(thread); }

/// Why a loop in which no timer of the program is pending goes on for ever.
std::string endless_loop(const Observation& seen) {
  const std::string alone = "no timer is pending in the whole process";
  if (seen.wait.limit.kind != Limit::finite) return " without a timeout, and " + alone;
  std::string timer = "of " + seen.runtime.housekeeping;
  if (seen.wakes_for == TimerEffect::nothing) timer = "that was stopped";
  if (seen.wakes_for == TimerEffect::background) timer = "for which the program would not stay";
  return " until a timer " + timer + " is due (" + in_words(seen.wait.limit.length) + "); besides such, " + alone;
}

std::string pending(const TimerEvidence& timer) { return "; a timer may be pending: " + in_words(timer); }

std::string loop_end(const Observation& seen) { return seen.timer ? pending(*seen.timer) : endless_loop(seen); }

std::string limit_of_transfer(const Observation& seen) {
  const bool receives = seen.wait.direction == ThreadWait::Direction::receive;
  const auto& limit = seen.wait.limit;
  return std::string(", ") + (receives ? "SO_RCVTIMEO" : "SO_SNDTIMEO") +
         (limit.kind == Limit::finite ? " " + in_words(limit.length) : " unset");
}

std::string limit_of_poll(const WaitLimit& limit) {
  if (limit.kind == Limit::finite) return " with a timeout of " + in_words(limit.length);
  return limit.kind == Limit::none ? " without a timeout" : "";
}

std::string of_blocked_call(const Observation& seen) {
  const auto& wait = seen.wait;
  std::string text = named(seen.thread) + " is blocked in " + wait.call + " on fd " + std::to_string(*seen.fd);
  text += wait.kind == ThreadWait::Kind::transfer ? limit_of_transfer(seen) : limit_of_poll(wait.limit);
  if (wait.limit.kind != Limit::none && wait.limit.kind != Limit::finite) text += ", its timeout unreadable";
  if (seen.of_libcurl) {
    text += seen.timeout ? " at a time; libcurl ends the transfer by itself" : " at a time; libcurl keeps no limit";
  } else if (seen.shown_timeout) {
    text += ", which has passed without ending the wait";
  }
  if (seen.timer) text += ", among " + std::to_string(wait.fds.size()) + " descriptors" + pending(*seen.timer);
  if (seen.timers_asked && !seen.timer) text += ", and no timer is pending in the whole process";
  return text;
}

std::string of_deadline(const Observation& seen) {
  std::string text = "the " + seen.runtime.name + " runtime's " + (seen.of_reads ? "read" : "write") +
                     " deadline of fd " + std::to_string(*seen.fd);
  switch (seen.deadline.state) {
    case Deadline::State::ahead:
      return text + (seen.deadline.left.count() > 0 ? " is due in " + in_words(seen.deadline.left) : " is due now");
    case Deadline::State::passed:
      return text + " has passed";
    case Deadline::State::none:
      break;
  }
  text += " is not set";
  if (seen.timer) return text + pending(*seen.timer);
  return seen.timers_asked ? text + ", and no timer is pending in the whole process" : text;
}

std::string of_event_loop(const Observation& seen) {
  return named(seen.thread) + " waits in " + seen.wait.call + " for fd " + std::to_string(*seen.fd) + " and others" +
         loop_end(seen);
}

std::string of_mutex(const MutexEnd& mutex) {
  const std::string held = " for a mutex that " + named(mutex.thread);
  if (mutex.kind == MutexEnd::Kind::works) return held + " holds, which may go on";
  return held + " holds, which has ended or waits for another that is held here";
}

std::string of_parked_worker(const Observation& seen) {
  if (seen.mutex) return of_mutex(*seen.mutex);
  if (seen.wait.limit.kind != Limit::none) return " with a time limit";
  if (seen.other_worker) return ", and " + named(*seen.other_worker) + (seen.working ? " works on" : " sleeps");
  return " without a time limit, as for a lock, and no other thread works";
}

std::string of_upstream(const Upstream& upstream) {
  const std::string number = std::to_string(upstream.number);
  const std::string also = "; the process also waits for ";
  switch (upstream.kind) {
    case Upstream::Kind::pipe:
      return also + "a pipe (fd " + number + "), and the request perhaps with it";
    case Upstream::Kind::unix_socket:
      return also + "a unix socket (fd " + number + "), and the request perhaps with it";
    case Upstream::Kind::child:
      return "; the process started child " + number + " since, and the request perhaps waits for it";
    case Upstream::Kind::unseen:
      break;
  }
  return also + "more sockets than were looked at";
}

std::string of_locked_task(const TaskWait& task) {
  std::string text = task.task + ", which works on the request, waits for a lock (" + task.waits_for + ")";
  if (!task.frames.empty()) text += " in " + task.frames.front();
  if (task.holder.empty()) return text + ", and no other that could hold it goes on";
  return text + "; " + task.holder + " may hold it";
}

std::string of_worker(const Observation& seen) {
  if (seen.worker == WorkerState::locked) return of_locked_task(*seen.task);
  const std::string worker = named(seen.thread) + ", which took the request, ";
  switch (seen.worker) {
    case WorkerState::parked:
      return worker + "is parked in futex" + of_parked_worker(seen);
    case WorkerState::in_loop:
      return worker + "waits in " + seen.wait.call + loop_end(seen);
    case WorkerState::working:
      return worker + "works on";
    case WorkerState::locked:
    case WorkerState::elsewhere:
      break;
  }
  return worker + "is in " + seen.wait.call;
}

std::string of_failure(const Silence& silence) {
  const std::string process = "process " + std::to_string(silence.pid);
  switch (silence.failure) {
    case ViewFailure::foreign_word_size:
      return process + " is a 32-bit program, whose calls are numbered otherwise";
    case ViewFailure::not_permitted:
      return "not permitted to see what the threads of " + process + " wait for; grant CAP_SYS_PTRACE";
    case ViewFailure::not_shown:
      return "this kernel does not show what threads wait for (/proc/PID/syscall is missing)";
    default:
      return process + " is gone";
  }
}

std::string of_silence(const Silence& silence) {
  switch (silence.reason) {
    case Silence::Reason::unreadable:
      return of_failure(silence);
    case Silence::Reason::worker_gone:
      return "the thread that took the request is gone";
    case Silence::Reason::ring:
      return named(silence.thread) + " waits in io_uring_enter, which does not show for what";
    case Silence::Reason::no_thread:
      break;
  }
  std::string text = "no thread of process " + std::to_string(silence.pid) + " waits for this connection";
  if (silence.threads > silence.seen) {
    text += " among the first " + std::to_string(silence.seen) + " of its " + std::to_string(silence.threads);
  }
  return text;
}

std::string of_basis(const Observation& seen) {
  switch (seen.basis) {
    case Basis::blocked_call:
      return of_blocked_call(seen);
    case Basis::deadline:
      return of_deadline(seen);
    case Basis::event_loop:
      return of_event_loop(seen);
    case Basis::worker:
      return of_worker(seen);
    case Basis::nothing:
      break;
  }
  return of_silence(seen.silence);
}

}  // namespace

std::string sentence_of(const Observation& seen) {
  std::string text = of_basis(seen);
  if (seen.upstream) text += of_upstream(*seen.upstream);
  if (seen.hidden != HiddenTimer::none) text += "; " + in_words(seen.hidden);
  if (seen.sole) text += "; the process waits for nothing else";
  if (seen.held_by) text += " (in process " + std::to_string(*seen.held_by) + ", which shares the connection)";
  return text;
}

}  // namespace sockwarden
