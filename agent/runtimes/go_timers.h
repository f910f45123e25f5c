// The timers of Go's scheduler, read from its memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "agent/proc/process_view.h"
#include "agent/runtimes/go_binary.h"

namespace sockwarden {

/// The timers that the scheduler still keeps.
struct GoTimers {
  bool all_stopped = true;
  std::chrono::nanoseconds last_due{};  ///< of those that were not stopped: the latest, on the monotonic clock
};

/// Nothing where anything read is not what it should be: each processor must know its number, each timer its processor.
[[nodiscard]] std::optional<GoTimers> read_go_timers(const ReadMemory& read, const TimerHeapLayout& layout);

/// The epoll descriptor of the runtime.
[[nodiscard]] std::optional<std::uint32_t> go_poller(const ReadMemory& read, const TimerHeapLayout& layout);

}  // namespace sockwarden
