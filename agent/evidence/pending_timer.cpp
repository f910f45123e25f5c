#include "agent/evidence/pending_timer.h"

#include <fcntl.h>

#include <charconv>

#include "agent/evidence/go_timers.h"
#include "agent/evidence/probe.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;
constexpr std::size_t most_descriptors = 8192;
constexpr int deepest_nesting = 4;

std::string named(const ProcessView::Thread& thread) { return "thread " + std::to_string(thread.id); }

}  // namespace

const std::string& PendingTimer::sign() {
  if (!sign_) sign_ = find();
  return *sign_;
}

std::string PendingTimer::find() {
  if (process_.thread_count() > process_.threads().size()) {
    return "the process has " + std::to_string(process_.thread_count()) + " threads, of which only " +
           std::to_string(process_.threads().size()) + " were looked at";
  }
  for (const auto& thread : process_.threads()) {
    if (auto sign = evidence_of(thread); !sign.empty()) return sign;
  }
  // Go's runtime catches every signal, whether the program wants it or not.
  if (auto hidden = process_.hidden_timer(go_ != nullptr); !hidden.empty()) return hidden;
  return process_.unmoved() ? "" : "its threads do not stand still";
}

// Go's sysmon is the one thread of its runtime that waits in a futex with a time limit: half of the forced collection's
// period, 60 s, or less if a timer is due before (src/runtime/proc.go). Exactly 60 s is therefore no timer. A sysmon
// that sleeps for microseconds means that some goroutine runs, and counts as a sign.
bool PendingTimer::is_go_monitor(const ProcessView::Thread& thread) {
  const auto& limit = thread.wait.limit;
  const bool monitor = go_ != nullptr && !monitor_seen_ && limit.kind == Limit::finite &&
                       (limit.length == std::chrono::seconds(60) || no_go_timer());
  monitor_seen_ = monitor_seen_ || monitor;
  return monitor;
}

// A timer that was stopped stays in its heap until it would have been due, and Go's poller wakes for it.
bool PendingTimer::is_go_poller(const ProcessView::Thread& thread) {
  return no_go_timer() && thread.wait.fds.front() == go_poller(process_, *go_->timer_heaps);
}

bool PendingTimer::no_go_timer() {
  if (!no_go_timer_)
    no_go_timer_ = go_ != nullptr && go_->timer_heaps && all_go_timers_stopped(process_, *go_->timer_heaps);
  return *no_go_timer_;
}

std::string PendingTimer::evidence_of(const ProcessView::Thread& thread) {
  const auto& wait = thread.wait;
  switch (wait.kind) {
    case Kind::running:
      return named(thread) + " is running";
    case Kind::sleep:
      return wait.limit.kind == Limit::none ? "" : named(thread) + " sleeps in " + wait.call;
    case Kind::parked:
      return {};
    case Kind::opaque:
      return named(thread) + (wait.call.empty() ? " is held up outside of system calls"
                                                : " is in " + wait.call + ", of which no time limit can be seen");
    case Kind::transfer:
      return sign_of_transfer(thread);
    case Kind::futex:
      // Housekeeping threads of other runtimes, as the Java VM's, wait here with limits. They cannot be told from the
      // program's own timers, so event loops of such processes are never proven.
      if (wait.limit.kind == Limit::none || is_go_monitor(thread)) return {};
      return named(thread) + " waits in futex with a time limit";
    case Kind::poll:
    case Kind::epoll:
      break;
  }
  const bool housekeeping =
      wait.limit.kind == Limit::finite && (go_ != nullptr ? is_go_poller(thread) : v8_.are_all(process_, thread));
  if (wait.limit.kind == Limit::finite && !housekeeping) {
    return named(thread) + " waits in " + wait.call + " with a timeout of " + in_words(wait.limit.length);
  }
  if (wait.limit.kind != Limit::none && !housekeeping)
    return named(thread) + " waits in " + wait.call + ", its timeout unreadable";
  for (const auto fd : wait.fds) {
    auto sign = wait.kind == Kind::epoll ? evidence_in_epoll(fd, 0) : evidence_of_descriptor(fd, 0);
    if (!sign.empty()) return sign;
  }
  return {};
}

std::string PendingTimer::sign_of_transfer(const ProcessView::Thread& thread) {
  const auto& wait = thread.wait;
  const auto fd = wait.fds.front();
  if (wait.never_blocks) return named(thread) + " is running";
  if (wait.limit.kind == Limit::finite) return named(thread) + " is in " + wait.call + " with a time limit";
  const std::string_view target = process_.target(fd);
  constexpr std::string_view socket = "socket:[";
  if (!target.starts_with(socket)) return evidence_of_descriptor(fd, 0);
  const auto flags = process_.descriptor(fd).open_flags;
  if (!flags || (*flags & O_NONBLOCK) != 0) return named(thread) + " is running";
  std::uint64_t inode = 0;
  std::from_chars(target.data() + socket.size(), target.data() + target.size(), inode);
  const auto has_timeout = has_timeout_ ? has_timeout_(inode) : std::nullopt;
  if (!has_timeout) return named(thread) + " is in " + wait.call + " on a socket whose timeouts are not known";
  return *has_timeout ? named(thread) + " is in " + wait.call + " on a socket with a timeout" : "";
}

std::string PendingTimer::evidence_in_epoll(std::uint32_t epoll, int depth) {
  const auto anonymous = process_.anonymous_inode(epoll);
  for (const auto& entry : process_.watched(epoll)) {
    if (entry.inode != 0 && entry.inode != anonymous) continue;
    if (auto sign = evidence_of_descriptor(entry.fd, depth); !sign.empty()) return sign;
  }
  return {};
}

std::string PendingTimer::evidence_of_descriptor(std::uint32_t fd, int depth) {
  if (++looked_at_ > most_descriptors) return "more descriptors are waited for than can be looked at";
  const auto& target = process_.target(fd);
  if (target == "anon_inode:[timerfd]") {
    return process_.descriptor(fd).armed ? "timerfd " + std::to_string(fd) + " is armed" : "";
  }
  if (target == "anon_inode:[io_uring]") return "io_uring " + std::to_string(fd) + " may hold a timeout";
  if (target != "anon_inode:[eventpoll]") return {};
  return depth < deepest_nesting ? evidence_in_epoll(fd, depth + 1) : "epoll instances are nested too deep";
}

}  // namespace sockwarden
