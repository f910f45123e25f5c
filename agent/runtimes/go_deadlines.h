// The deadlines that Go's poller keeps for a network descriptor, read from its memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "agent/proc/process_view.h"
#include "agent/runtimes/go_binary.h"

namespace sockwarden {

struct GoDeadlines {
  std::int64_t read_ns = 0, write_ns = 0;  ///< 0 = none, -1 = passed, else CLOCK_MONOTONIC
  std::uint64_t reader = 0;  ///< address of the goroutine that waits for bytes; a small number = none does
  std::uint32_t fd = 0;
};

/// Of the pollDesc at this address. Nothing unless what is read names the descriptor, and the pollDesc itself.
[[nodiscard]] std::optional<GoDeadlines> read_go_deadlines(const ReadMemory& read, const PollDescLayout& layout,
                                                           std::uint64_t address, std::uint32_t fd);

/// The same of a descriptor that the poller watches, wherever its pollDesc is.
[[nodiscard]] std::optional<GoDeadlines> find_go_deadlines(ProcessView& process, const GoBinary& binary,
                                                           std::optional<std::uint32_t> fd, std::uint64_t inode);

/// CLOCK_MONOTONIC, by which the deadlines are told.
[[nodiscard]] std::chrono::nanoseconds monotonic_time();

}  // namespace sockwarden
