#include "agent/evidence/upstream.h"

#include <unistd.h>

#include <ctime>
#include <string>

#include "agent/evidence/own_signal.h"
#include "agent/evidence/unix_peer.h"
#include "agent/proc/file_text.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Target = DescriptorTarget::Kind;

/// Each costs a question to the kernel.
constexpr std::size_t most_sockets = 256;

/// Since boot, the clock of /proc/PID/stat.
std::chrono::nanoseconds uptime() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::optional<std::chrono::nanoseconds> start_of(std::uint32_t pid) {
  const auto text = read_text("/proc/" + std::to_string(pid) + "/stat");
  const auto stat = text ? parse_stat(*text) : std::nullopt;
  if (!stat) return std::nullopt;
  static const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
  return std::chrono::nanoseconds(stat->start_ticks * (1'000'000'000ULL / static_cast<unsigned>(ticks_per_second)));
}

}  // namespace

std::optional<Upstream> UpstreamFinder::find(std::chrono::nanoseconds waited) {
  if (!descriptor_) descriptor_ = descriptor();
  return *descriptor_ ? *descriptor_ : child(waited);
}

std::optional<Upstream> UpstreamFinder::descriptor() {
  for (const auto& thread : process_.threads()) {
    const auto& wait = thread.wait;
    if (wait.kind == Kind::epoll) {
      for (const EpollEntry& entry : process_.watched(wait.fds.front())) {
        if (const auto found = behind(entry.fd)) return found;
      }
    } else if (wait.kind == Kind::transfer || wait.kind == Kind::poll) {
      for (const std::uint32_t fd : wait.fds) {
        if (const auto found = behind(fd)) return found;
      }
    }
  }
  return std::nullopt;
}

std::optional<Upstream> UpstreamFinder::behind(std::uint32_t fd) {
  if (fd == STDIN_FILENO) return std::nullopt;
  const DescriptorTarget target = process_.target(fd);
  if (target.kind == Target::pipe && !is_own_signal(process_, fd)) return Upstream{Upstream::Kind::pipe, fd};
  if (target.kind != Target::socket) return std::nullopt;
  if (known_socket_ && known_socket_(target.inode)) return std::nullopt;
  if (++looked_at_ > most_sockets) return Upstream{Upstream::Kind::unseen, fd};
  const bool connected = unix_peer_of(static_cast<std::uint32_t>(target.inode)) != 0;
  if (!connected || is_own_signal(process_, fd)) return std::nullopt;
  return Upstream{Upstream::Kind::unix_socket, fd};
}

std::optional<Upstream> UpstreamFinder::child(std::chrono::nanoseconds waited) {
  const auto came = uptime() - waited;
  for (const std::uint32_t pid : process_.children()) {
    const auto start = start_of(pid);
    if (start && *start >= came) return Upstream{Upstream::Kind::child, pid};
  }
  return std::nullopt;
}

}  // namespace sockwarden
