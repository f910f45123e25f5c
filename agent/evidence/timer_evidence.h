// Evidence that some timer may be pending in a process.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/proc/process_view.h"

namespace sockwarden {

struct TimerEvidence {
  enum class Kind {
    unseen_threads,      ///< `count` threads, of which only `seen` were looked at
    running,             ///< from here on: what `thread` does
    sleeping,            ///< in `call`
    outside_calls,       ///< held up elsewhere than in a system call
    unseen_limit,        ///< in `call`, of which no time limit can be seen
    limited_call,        ///< in `call` with a time limit
    unknown_socket,      ///< in `call` on a socket whose timeouts are not known
    limited_socket,      ///< in `call` on a socket with a timeout
    limited_futex,       ///< in a futex with a time limit
    limited_wait,        ///< in `call`, a wait for events, with `limit`
    unreadable_limit,    ///< in `call`, a wait for events whose time limit cannot be read
    armed_timer,         ///< timer descriptor `fd` is armed
    io_uring,            ///< ring `fd` may hold a timeout
    unseen_descriptors,  ///< more are waited for than can be looked at
    deep_nesting,        ///< of epoll instances
    hidden,              ///< `hidden`
    moving,              ///< the threads do not stand still
  };
  Kind kind = Kind::moving;
  std::uint32_t thread = 0;
  std::string call{};
  std::chrono::nanoseconds limit{};
  std::uint32_t fd = 0;
  std::size_t count = 0, seen = 0;
  HiddenTimer hidden = HiddenTimer::none;
};

}  // namespace sockwarden
