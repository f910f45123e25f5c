// The transfer of libcurl that a thread waits for in poll, read from the memory of its process: libcurl polls for a
// second at a time, whatever limit it has been given.
#pragma once

#include <chrono>
#include <optional>

#include "agent/proc/system_call.h"

namespace sockwarden {

struct CurlTransfer {
  /// Until the next of its limits is over, if it has any: in all, of the connect, or below a speed.
  std::optional<std::chrono::nanoseconds> limit;
};

/// Nothing unless what is read proves to be a transfer: its handle is marked as one, and its timer names the handle.
/// `now` is the monotonic clock's.
[[nodiscard]] std::optional<CurlTransfer> read_curl_transfer(const SystemCall& call, std::chrono::nanoseconds now,
                                                             const ReadMemory& read);

}  // namespace sockwarden
