// What the next scan must tell beyond the usual, because something is suspected.
#pragma once

#include <cstdint>
#include <vector>

namespace sockwarden {

struct Wanted {
  std::vector<std::uint32_t> details{};  ///< pids whose descriptors are wanted one by one
  bool send_times = false;               ///< sw_record.last_send_ns of what is sent from now on
};

}  // namespace sockwarden
