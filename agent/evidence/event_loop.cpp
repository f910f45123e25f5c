#include "agent/evidence/probe.h"

namespace sockwarden {
namespace {

/// Whether the connection is registered there, or in an epoll instance that is registered there.
std::optional<EpollEntry> registered(Probe& probe, std::uint32_t epoll) {
  const auto& question = probe.question;
  auto& process = probe.process;
  if (const auto entry = process.entry(epoll, question.fd, question.inode)) return entry;
  const auto anonymous = process.anonymous_inode(epoll);
  constexpr std::size_t most = 1024;
  std::size_t looked_at = 0;
  for (const auto& inner : process.watched(epoll)) {
    if ((inner.inode != 0 && inner.inode != anonymous) || inner.fd == epoll || ++looked_at > most) continue;
    if (process.target(inner.fd).kind != DescriptorTarget::Kind::epoll) continue;
    if (const auto entry = process.entry(inner.fd, question.fd, question.inode)) return entry;
  }
  return std::nullopt;
}

}  // namespace

void ask_timers(Probe& probe, Observation& seen) {
  seen.timers_asked = true;
  seen.timer = probe.timers.evidence();
  seen.verdict = seen.timer ? Verdict::timer_pending : Verdict::infinite;
  if (!seen.timer) return;
  if (const auto last = probe.runtime.last_timer()) seen.shown_timeout = *last;
  const bool hidden = probe.process.hidden_timer(probe.runtime.own_signals()) != HiddenTimer::none;
  seen.hidden_limit = hidden || probe.runtime.hides_limits();
}

std::optional<Observation> ask_event_loop(Probe& probe) {
  for (const auto& thread : probe.process.threads()) {
    if (thread.wait.kind != ThreadWait::Kind::epoll) continue;
    const auto entry = registered(probe, thread.wait.fds.front());
    if (!entry) continue;
    Observation seen{.basis = Basis::event_loop};
    seen.thread = thread.id;
    seen.wait = thread.wait;
    seen.fd = entry->fd;
    if (thread.wait.limit.kind == WaitLimit::Kind::finite) seen.shown_timeout = thread.wait.limit.length;
    ask_timers(probe, seen);
    if (!seen.timer) seen.wakes_for = probe.runtime.pending_timers(thread);
    return seen;
  }
  return std::nullopt;
}

}  // namespace sockwarden
