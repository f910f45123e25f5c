// The timers of a libuv loop whose thread is blocked in epoll, read from the memory of its process.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/proc/system_call.h"

namespace sockwarden {

struct UvTimer {
  std::uint64_t callback = 0;
  std::uint64_t data = 0;      ///< what the program keeps with it
  bool keeps_running = false;  ///< the loop goes on for it; for one without, it would end
};

/// Every pending timer of the loop that waits in this call with a limit. Nothing unless what is read proves to be that
/// loop: it names the epoll descriptor and itself, and its first timer is due when the call's limit is over.
[[nodiscard]] std::optional<std::vector<UvTimer>> read_uv_timers(const SystemCall& call, const ThreadWait& wait,
                                                                 const ReadMemory& read);

}  // namespace sockwarden
