// Who a process is, read from /proc.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/proc/file_text.h"
#include "agent/proc/process_text.h"
#include "agent/sample/sample.h"

namespace sockwarden {

/// Everything that /proc says of the process, or nothing where it is gone. Names are raw bytes, not valid UTF-8 by
/// nature.
[[nodiscard]] std::optional<ProcessFacts> read_process_facts(std::uint32_t pid);

/// /proc/PID as a handle: what is read through it is of one process, even if the number is used again meanwhile.
[[nodiscard]] OwnedFd open_process(std::uint32_t pid);

[[nodiscard]] std::optional<StatText> read_stat(int process);

/// The user that it runs for.
[[nodiscard]] std::optional<std::uint32_t> read_user(int process);

/// What stays as it is until the next exec: arguments, executable, cgroup, and the name that follows from them; `comm`
/// is there.
void read_fixed_facts(int process, ProcessFacts& facts);

/// What moves: descriptors and their limit.
void read_moving_facts(int process, ProcessFacts& facts);

}  // namespace sockwarden
