// What /proc/PID/task/TID/syscall says: the call a thread is blocked in, by this machine's numbers.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sockwarden {

struct SystemCall {
  enum class State { running, blocked, outside };  ///< outside: blocked, but not in a system call (a page fault)
  State state = State::running;
  std::int64_t number = -1;
  std::array<std::uint64_t, 6> arguments{};
  std::uint64_t stack = 0;  ///< the thread's stack pointer
  auto operator<=>(const SystemCall&) const = default;
};
[[nodiscard]] std::optional<SystemCall> parse_system_call(std::string_view text);

/// Copies a piece of the process's memory; false if it cannot be read.
using ReadMemory = std::function<bool(std::uint64_t address, void* to, std::size_t size)>;

/// How long a call waits at the most.
struct WaitLimit {
  enum class Kind {
    none,     ///< for ever
    finite,   ///< `length`
    socket,   ///< the socket's SO_RCVTIMEO or SO_SNDTIMEO decides
    unknown,  ///< could not be read
  };
  Kind kind = Kind::unknown;
  std::chrono::nanoseconds length{};
};

/// What a thread waits for.
struct ThreadWait {
  enum class Kind {
    running,   ///< not blocked
    transfer,  ///< one descriptor: read, recvfrom, accept, connect, sendto, …
    poll,      ///< a set of descriptors named in the call
    epoll,     ///< an epoll descriptor
    futex,
    sleep,
    parked,  ///< a call that never has a time limit: wait4, pause, flock, …
    opaque,  ///< a call of which we do not know what it waits for
  };
  enum class Direction { none, receive, send, connect };
  Kind kind = Kind::opaque;
  Direction direction = Direction::none;  ///< of a transfer
  std::string call;                       ///< "recvfrom"; empty if running
  WaitLimit limit;
  std::vector<std::uint32_t> fds;  ///< one for transfer and epoll, the set for poll
  bool never_blocks = false;       ///< MSG_DONTWAIT
  bool in_ring = false;            ///< io_uring, which does not show what is waited for
};
/// `room`: how many entries of sets may still be read of the process, and are taken off. A set that is larger, or
/// cannot be read, is not known: the call is opaque.
[[nodiscard]] ThreadWait interpret(const SystemCall& call, const ReadMemory& read, std::size_t& room);

}  // namespace sockwarden
