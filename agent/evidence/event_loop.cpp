#include <algorithm>

#include "agent/evidence/probe.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;

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
    if (process.target(inner.fd) != "anon_inode:[eventpoll]") continue;
    if (const auto entry = process.entry(inner.fd, question.fd, question.inode)) return entry;
  }
  return std::nullopt;
}

}  // namespace

std::string endless_loop(const WaitLimit& limit) {
  const std::string alone = "no timer is pending in the whole process";
  if (limit.kind != Limit::finite) return " without a timeout, and " + alone;
  return " until a timer of the JavaScript engine's own housekeeping is due (" + in_words(limit.length) +
         "); besides such, " + alone;
}

std::optional<Evidence> ask_event_loop(Probe& probe) {
  for (const auto& thread : probe.process.threads()) {
    const auto& wait = thread.wait;
    if (wait.kind != Kind::epoll) continue;
    const auto entry = registered(probe, wait.fds.front());
    if (!entry) continue;
    Evidence evidence;
    evidence.basis = Basis::event_loop;
    evidence.sentence = "thread " + std::to_string(thread.id) + " waits in " + wait.call + " for fd " +
                        std::to_string(entry->fd) + " and others";
    evidence.facts["thread"] = static_cast<std::int64_t>(thread.id);
    evidence.facts["blocked_in"] = wait.call;
    evidence.facts["fd"] = static_cast<std::int64_t>(entry->fd);
    evidence.facts["epoll_fd"] = static_cast<std::int64_t>(wait.fds.front());
    if (wait.limit.kind == Limit::finite) {
      evidence.facts["poll_timeout_seconds"] = in_seconds(wait.limit.length);
      evidence.shown_timeout = wait.limit.length;
    } else if (wait.limit.kind == Limit::none) {
      evidence.facts["poll_timeout_seconds"] = nullptr;
    }
    if (const auto& sign = probe.timers.sign(); sign.empty()) {
      evidence.verdict = Verdict::infinite;
      evidence.sentence += endless_loop(wait.limit);
    } else {
      evidence.verdict = Verdict::timer_pending;
      evidence.sentence += "; a timer may be pending: " + sign;
    }
    return evidence;
  }
  return std::nullopt;
}

}  // namespace sockwarden
