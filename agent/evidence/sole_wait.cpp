#include "agent/evidence/sole_wait.h"

#include <algorithm>

#include "agent/evidence/own_signal.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;

using Target = DescriptorTarget::Kind;

bool is_asked_about(Probe& probe, std::uint32_t fd) {
  const DescriptorTarget target = probe.process.target(fd);
  return target.kind == Target::socket && probe.question.besides->contains(target.inode);
}

bool nothing_besides(Probe& probe, std::uint32_t fd) {
  return is_asked_about(probe, fd) || is_own_signal(probe.process, fd);
}

bool nothing_besides(Probe& probe, const ThreadWait& wait) {
  switch (wait.kind) {
    case Kind::transfer:
      return is_asked_about(probe, wait.fds.front());
    case Kind::poll:
      return std::all_of(wait.fds.begin(), wait.fds.end(),
                         [&](std::uint32_t fd) { return nothing_besides(probe, fd); });
    case Kind::epoll: {
      const auto& watched = probe.process.watched(wait.fds.front());
      return std::all_of(watched.begin(), watched.end(),
                         [&](const EpollEntry& entry) { return nothing_besides(probe, entry.fd); });
    }
    case Kind::futex:
      return wait.limit.kind == Limit::none || !probe.timers.evidence();
    default:
      return false;
  }
}

}  // namespace

bool is_sole_wait(Probe& probe) {
  auto& process = probe.process;
  if (process.thread_count() > process.threads().size() || !process.children().empty()) return false;
  return std::all_of(process.threads().begin(), process.threads().end(),
                     [&](const ProcessView::Thread& thread) { return nothing_besides(probe, thread.wait); });
}

}  // namespace sockwarden
