// What /proc/PID/fd and fdinfo say of a descriptor. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sockwarden {

struct EpollEntry {
  std::uint32_t fd = 0;
  std::uint64_t data = 0;
  std::uint64_t inode = 0;  ///< 0: the kernel does not say (before 5.14)
};

struct DescriptorText {
  std::optional<std::uint32_t> open_flags;
  std::vector<EpollEntry> watched;  ///< of an epoll descriptor
  bool timer = false;               ///< a timerfd
  bool armed = false;               ///< a timerfd that will fire
};
[[nodiscard]] DescriptorText parse_descriptor(std::string_view text);

/// What the link in /proc/PID/fd says that a descriptor refers to.
struct DescriptorTarget {
  enum class Kind { other, socket, pipe, epoll, timerfd, eventfd, io_uring };
  Kind kind = Kind::other;
  std::uint64_t inode = 0;  ///< of a socket or pipe
  bool operator==(const DescriptorTarget&) const = default;
};
[[nodiscard]] DescriptorTarget parse_target(std::string_view link);

}  // namespace sockwarden
