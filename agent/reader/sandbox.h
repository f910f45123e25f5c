// Gives up whatever reading other processes does not need. There is no way back.
#pragma once

#include <tl/expected.hpp>

#include "agent/contract/error.h"

namespace sockwarden {

/// For the rest of this process: two capabilities at the most, bounded memory, files and time, and of the system calls
/// those that read. An error where any of it is not to be had: then nothing may be read.
[[nodiscard]] tl::expected<void, Error> enter_sandbox();

/// Whether so much CPU time is used up that the limit is near: a process that answered many questions makes room for a
/// fresh one.
[[nodiscard]] bool is_used_up();

}  // namespace sockwarden
