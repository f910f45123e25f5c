// The timers of Go's scheduler, read from its memory.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/proc/process_view.h"
#include "agent/runtimes/go_binary.h"

namespace sockwarden {

/// Whether every timer that the scheduler still keeps was stopped. False where anything read is not what it should be:
/// each processor must know its number, each timer its processor.
[[nodiscard]] bool all_go_timers_stopped(const ProcessView& process, const TimerHeapLayout& layout);

/// The epoll descriptor of the runtime.
[[nodiscard]] std::optional<std::uint32_t> go_poller(const ProcessView& process, const TimerHeapLayout& layout);

}  // namespace sockwarden
