#include <fcntl.h>

#include <algorithm>

#include "agent/evidence/own_signal.h"
#include "agent/evidence/probe.h"
#include "agent/runtimes/go_deadlines.h"
#include "agent/runtimes/libcurl.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;
using Direction = ThreadWait::Direction;

bool same_direction(Direction blocked, WaitDirection asked) {
  switch (blocked) {
    case Direction::receive:
      return asked == WaitDirection::receive;
    case Direction::send:
      return asked == WaitDirection::send;
    case Direction::connect:
      return asked == WaitDirection::connect;
    default:
      return true;  // a poll serves either
  }
}

/// The descriptor in the call that is the connection's, if any.
std::optional<std::uint32_t> own_descriptor(Probe& probe, const ThreadWait& wait) {
  const auto& question = probe.question;
  constexpr std::size_t few = 64;  // a duplicate under another number is only looked for in small sets
  for (const auto fd : wait.fds) {
    const bool numbered = question.fd == fd;
    if (!numbered && (question.inode == 0 || wait.fds.size() > few)) continue;
    if (question.inode == 0 || probe.process.refers_to(fd, question.inode)) return fd;
  }
  return std::nullopt;
}

struct Blocked {
  const ProcessView::Thread* thread = nullptr;
  std::uint32_t fd = 0;
};

std::optional<Blocked> find_blocked(Probe& probe) {
  std::optional<Blocked> second_best;
  for (const auto& thread : probe.process.threads()) {
    const auto& wait = thread.wait;
    if ((wait.kind != Kind::transfer && wait.kind != Kind::poll) || wait.never_blocks) continue;
    const auto fd = own_descriptor(probe, wait);
    if (!fd) continue;
    if (wait.kind == Kind::transfer) {
      const auto flags = probe.process.descriptor(*fd).open_flags;
      if (!flags || (*flags & O_NONBLOCK) != 0) continue;  // it cannot be blocked there, only passing
    }
    if (same_direction(wait.direction, probe.question.direction)) return Blocked{&thread, *fd};
    if (!second_best) second_best = Blocked{&thread, *fd};
  }
  return second_best;
}

/// The limit of the wait, by the socket's options where these decide.
WaitLimit limit_in_force(const ThreadWait& wait, const Question& question) {
  if (wait.limit.kind != Limit::socket) return wait.limit;
  const auto length = wait.direction == Direction::receive ? question.receive_timeout : question.send_timeout;
  return {length.count() == 0 ? Limit::none : Limit::finite, length};
}

/// A poll that comes back now and then may be for a transfer whose limit is kept elsewhere.
void ask_libcurl(Probe& probe, const ProcessView::Thread& thread, Observation& seen) {
  const auto transfer = read_curl_transfer(thread.call, monotonic_time(), probe.process.memory());
  if (!transfer) return;
  seen.of_libcurl = true;
  if (!transfer->limit) return;
  seen.verdict = Verdict::finite;
  seen.timeout = probe.question.waited + *transfer->limit;
}

void judge_limit(Probe& probe, Observation& seen) {
  const auto& limit = seen.wait.limit;
  if (limit.kind == Limit::none) {
    seen.verdict = Verdict::infinite;
  } else if (limit.kind != Limit::finite) {
    seen.verdict = Verdict::timer_pending;
  } else if (outlived(probe.question.waited, limit.length)) {
    seen.verdict = Verdict::timer_pending;
    seen.shown_timeout = limit.length;
  } else {
    seen.verdict = Verdict::finite;
    seen.timeout = limit.length;
  }
}

}  // namespace

std::optional<Observation> ask_blocked_thread(Probe& probe) {
  const auto blocked = find_blocked(probe);
  if (!blocked) return std::nullopt;
  Observation seen{.basis = Basis::blocked_call};
  seen.thread = blocked->thread->id;
  seen.fd = blocked->fd;
  seen.wait = blocked->thread->wait;
  seen.frames = probe.runtime.frames(*blocked->thread);
  if (seen.wait.kind == Kind::transfer) seen.wait.limit = limit_in_force(seen.wait, probe.question);
  judge_limit(probe, seen);
  if (seen.verdict == Verdict::timer_pending && seen.wait.kind == Kind::poll)
    ask_libcurl(probe, *blocked->thread, seen);
  seen.exclusive = std::all_of(seen.wait.fds.begin(), seen.wait.fds.end(),
                               [&](std::uint32_t fd) { return fd == *seen.fd || is_own_signal(probe.process, fd); });
  // A poll of others, too: any of them may be how another thread, or a timer, gets it to give up.
  const bool of_others = seen.wait.kind == Kind::poll && seen.wait.fds.size() > 1;
  if (seen.verdict == Verdict::infinite && (of_others || probe.runtime.interrupts_calls())) ask_timers(probe, seen);
  if (seen.verdict != Verdict::finite) {
    // An alarm's signal ends a blocked call: a common way to give up in programs of one thread. When it is due is
    // hidden.
    seen.hidden = probe.process.hidden_timer(probe.runtime.own_signals());
    seen.hidden_limit = seen.hidden_limit || seen.hidden != HiddenTimer::none;
    if (seen.hidden_limit && seen.verdict == Verdict::infinite) seen.verdict = Verdict::timer_pending;
  }
  return seen;
}

bool outlived(std::chrono::nanoseconds waited, std::chrono::nanoseconds limit) {
  return waited > limit + limit / 4 + std::chrono::milliseconds(500);
}

}  // namespace sockwarden
