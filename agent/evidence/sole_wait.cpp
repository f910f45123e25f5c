#include "agent/evidence/sole_wait.h"

#include <algorithm>
#include <cstdio>

#include "agent/evidence/unix_peer.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;

/// Of "socket:[4711]"; 0 = it is none.
std::uint64_t socket_inode(const std::string& target) {
  unsigned long inode = 0;
  return std::sscanf(target.c_str(), "socket:[%lu]", &inode) == 1 ? inode : 0;
}

/// How threads of one process wake each other.
bool is_own_signal(ProcessView& process, std::uint32_t fd) {
  const std::string& target = process.target(fd);
  if (target == "anon_inode:[eventfd]") return true;
  if (target.starts_with("pipe:")) return process.count_of(target) > 1;  // it has both ends
  const std::uint64_t inode = socket_inode(target);
  const std::uint32_t peer = inode != 0 ? unix_peer_of(static_cast<std::uint32_t>(inode)) : 0;
  return peer != 0 && process.count_of("socket:[" + std::to_string(peer) + "]") != 0;
}

bool is_asked_about(Probe& probe, std::uint32_t fd) {
  return probe.question.besides->contains(socket_inode(probe.process.target(fd)));
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
      return wait.limit.kind == Limit::none || probe.timers.sign().empty();
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
