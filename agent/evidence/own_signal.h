// How threads of one process wake each other: an eventfd, a pipe or socketpair of which the process has both ends.
#pragma once

#include <cstdint>

#include "agent/proc/process_view.h"

namespace sockwarden {

[[nodiscard]] bool is_own_signal(ProcessView& process, std::uint32_t fd);

}  // namespace sockwarden
