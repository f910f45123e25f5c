#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "agent/evidence/probe.h"

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

EvidenceValue seconds_or_null(const WaitLimit& limit) {
  if (limit.kind == Limit::finite) return in_seconds(limit.length);
  return nullptr;
}

void judge_limit(Probe& probe, const WaitLimit& limit, Evidence& evidence) {
  if (limit.kind == Limit::none) {
    evidence.verdict = Verdict::infinite;
  } else if (limit.kind != Limit::finite) {
    evidence.verdict = Verdict::timer_pending;
    evidence.sentence += ", its timeout unreadable";
  } else if (outlived(probe.question.waited, limit.length)) {
    evidence.verdict = Verdict::timer_pending;
    evidence.shown_timeout = limit.length;
    evidence.sentence += ", which has passed without ending the wait";
  } else {
    evidence.verdict = Verdict::finite;
    evidence.timeout = limit.length;
  }
}

void judge_transfer(Probe& probe, const Blocked& blocked, Evidence& evidence) {
  const auto& wait = blocked.thread->wait;
  const bool receives = wait.direction == Direction::receive;
  auto limit = wait.limit;
  if (limit.kind == Limit::socket) {
    const auto length = receives ? probe.question.receive_timeout : probe.question.send_timeout;
    limit = {length.count() == 0 ? Limit::none : Limit::finite, length};
  }
  const std::string option = receives ? "SO_RCVTIMEO" : "SO_SNDTIMEO";
  evidence.sentence += ", " + option + (limit.kind == Limit::finite ? " " + in_words(limit.length) : " unset");
  evidence.facts[receives ? "so_rcvtimeo_seconds" : "so_sndtimeo_seconds"] = seconds_or_null(limit);
  judge_limit(probe, limit, evidence);
}

void judge_poll(Probe& probe, const Blocked& blocked, Evidence& evidence) {
  const auto& wait = blocked.thread->wait;
  evidence.facts["poll_timeout_seconds"] = seconds_or_null(wait.limit);
  if (wait.limit.kind == Limit::finite) {
    evidence.sentence += " with a timeout of " + in_words(wait.limit.length);
  } else if (wait.limit.kind == Limit::none) {
    evidence.sentence += " without a timeout";
  }
  judge_limit(probe, wait.limit, evidence);
  if (evidence.verdict != Verdict::infinite || wait.fds.size() == 1) return;
  // It waits for others, too: any of them may be how another thread, or a timer, gets it to give up.
  if (const auto& sign = probe.timers.sign(); !sign.empty()) {
    evidence.verdict = Verdict::timer_pending;
    evidence.sentence += ", among " + std::to_string(wait.fds.size()) + " descriptors; a timer may be pending: " + sign;
  } else {
    evidence.sentence += ", and no timer is pending in the whole process";
  }
}

/// An alarm's signal ends a blocked call: a common way to give up in programs of one thread.
void judge_alarms(Probe& probe, Evidence& evidence) {
  const auto hidden = probe.process.hidden_timer(probe.go != nullptr);
  if (hidden.empty()) return;
  evidence.verdict = Verdict::timer_pending;
  evidence.sentence += "; " + hidden;
}

}  // namespace

std::optional<Evidence> ask_blocked_thread(Probe& probe) {
  const auto blocked = find_blocked(probe);
  if (!blocked) return std::nullopt;
  Evidence evidence;
  evidence.basis = Basis::blocked_call;
  const auto& thread = *blocked->thread;
  evidence.sentence = "thread " + std::to_string(thread.id) + " is blocked in " + thread.wait.call + " on fd " +
                      std::to_string(blocked->fd);
  evidence.facts["thread"] = static_cast<std::int64_t>(thread.id);
  evidence.facts["blocked_in"] = thread.wait.call;
  evidence.facts["fd"] = static_cast<std::int64_t>(blocked->fd);
  if (thread.wait.kind == Kind::transfer) {
    judge_transfer(probe, *blocked, evidence);
  } else {
    judge_poll(probe, *blocked, evidence);
  }
  if (evidence.verdict == Verdict::infinite) judge_alarms(probe, evidence);
  return evidence;
}

bool outlived(std::chrono::nanoseconds waited, std::chrono::nanoseconds limit) {
  return waited > limit + limit / 4 + std::chrono::milliseconds(500);
}

double in_seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string in_words(std::chrono::nanoseconds duration) {
  const bool short_one = duration < std::chrono::seconds(1);
  std::array<char, 48> text{};
  const double amount = short_one ? in_seconds(duration) * 1e3 : in_seconds(duration);
  std::snprintf(text.data(), text.size(), "%.4g %s", amount, short_one ? "ms" : "s");
  return text.data();
}

}  // namespace sockwarden
