#include "agent/evidence/pending_timer.h"

#include <fcntl.h>

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;
using Sign = TimerEvidence::Kind;
constexpr std::size_t most_descriptors = 8192;
constexpr int deepest_nesting = 4;

TimerEvidence seen_at(Sign kind, const ProcessView::Thread& thread) {
  return {.kind = kind, .thread = thread.id, .call = thread.wait.call, .limit = thread.wait.limit.length};
}

}  // namespace

const std::optional<TimerEvidence>& PendingTimer::evidence(TimerEffect harmless) {
  const auto known = evidence_.find(harmless);
  if (known != evidence_.end()) return known->second;
  harmless_ = harmless;
  looked_at_ = 0;
  return evidence_[harmless] = find();
}

PendingTimer::Found PendingTimer::find() {
  if (process_.thread_count() > process_.threads().size()) {
    return TimerEvidence{
        .kind = Sign::unseen_threads, .count = process_.thread_count(), .seen = process_.threads().size()};
  }
  for (const auto& thread : process_.threads()) {
    if (auto found = evidence_of(thread)) return found;
  }
  if (const auto hidden = process_.hidden_timer(runtime_.own_signals()); hidden != HiddenTimer::none) {
    return TimerEvidence{.kind = Sign::hidden, .hidden = hidden};
  }
  if (!process_.unmoved()) return TimerEvidence{.kind = Sign::moving};
  return std::nullopt;
}

PendingTimer::Found PendingTimer::evidence_of(const ProcessView::Thread& thread) {
  const auto& wait = thread.wait;
  switch (wait.kind) {
    case Kind::running:
      return seen_at(Sign::running, thread);
    case Kind::sleep:
      return wait.limit.kind == Limit::none ? Found() : seen_at(Sign::sleeping, thread);
    case Kind::parked:
      return std::nullopt;
    case Kind::opaque:
      return seen_at(thread.is_outside_calls() ? Sign::outside_calls : Sign::unseen_limit, thread);
    case Kind::transfer:
      return evidence_of_transfer(thread);
    case Kind::futex:
      // Only some runtimes tell their own threads from those of the program.
      if (wait.limit.kind == Limit::none || runtime_.is_own_thread(thread)) return std::nullopt;
      return seen_at(Sign::limited_futex, thread);
    case Kind::poll:
    case Kind::epoll:
      return evidence_of_event_wait(thread);
  }
  return std::nullopt;
}

PendingTimer::Found PendingTimer::evidence_of_event_wait(const ProcessView::Thread& thread) {
  const auto& wait = thread.wait;
  if (wait.limit.kind == Limit::finite) {
    const auto effect = runtime_.pending_timers(thread);
    if (!effect || *effect > harmless_) return seen_at(Sign::limited_wait, thread);
  } else if (wait.limit.kind != Limit::none) {
    return seen_at(Sign::unreadable_limit, thread);
  }
  for (const auto fd : wait.fds) {
    auto found = wait.kind == Kind::epoll ? evidence_in_epoll(fd, 0) : evidence_of_descriptor(fd, 0);
    if (found) return found;
  }
  return std::nullopt;
}

PendingTimer::Found PendingTimer::evidence_of_transfer(const ProcessView::Thread& thread) {
  const auto& wait = thread.wait;
  const auto fd = wait.fds.front();
  if (wait.never_blocks) return seen_at(Sign::running, thread);
  if (wait.limit.kind == Limit::finite) return seen_at(Sign::limited_call, thread);
  const DescriptorTarget target = process_.target(fd);
  if (target.kind != DescriptorTarget::Kind::socket) return evidence_of_descriptor(fd, 0);
  const auto flags = process_.descriptor(fd).open_flags;
  if (!flags || (*flags & O_NONBLOCK) != 0) return seen_at(Sign::running, thread);
  const auto has_timeout = has_timeout_ ? has_timeout_(target.inode) : std::nullopt;
  if (!has_timeout) return seen_at(Sign::unknown_socket, thread);
  return *has_timeout ? seen_at(Sign::limited_socket, thread) : Found();
}

PendingTimer::Found PendingTimer::evidence_in_epoll(std::uint32_t epoll, int depth) {
  const auto anonymous = process_.anonymous_inode(epoll);
  for (const auto& entry : process_.watched(epoll)) {
    if (entry.inode != 0 && entry.inode != anonymous) continue;
    if (auto found = evidence_of_descriptor(entry.fd, depth)) return found;
  }
  return std::nullopt;
}

PendingTimer::Found PendingTimer::evidence_of_descriptor(std::uint32_t fd, int depth) {
  if (++looked_at_ > most_descriptors) return TimerEvidence{.kind = Sign::unseen_descriptors};
  switch (process_.target(fd).kind) {
    case DescriptorTarget::Kind::timerfd:
      return process_.descriptor(fd).armed ? TimerEvidence{.kind = Sign::armed_timer, .fd = fd} : Found();
    case DescriptorTarget::Kind::io_uring:
      return TimerEvidence{.kind = Sign::io_uring, .fd = fd};
    case DescriptorTarget::Kind::epoll:
      return depth < deepest_nesting ? evidence_in_epoll(fd, depth + 1) : TimerEvidence{.kind = Sign::deep_nesting};
    default:
      return std::nullopt;
  }
}

}  // namespace sockwarden
