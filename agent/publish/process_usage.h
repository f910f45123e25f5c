// What the agent itself costs.
#pragma once

#include <cstdint>
#include <optional>

namespace sockwarden {

/// A field that could not be read is empty.
struct ProcessUsage {
  std::optional<double> cpu_seconds;
  std::optional<double> start_time_seconds;  ///< Unix time
  std::optional<std::uint64_t> resident_bytes;
  std::optional<std::uint64_t> virtual_bytes;
  std::optional<std::uint64_t> open_descriptors;
  std::optional<std::uint64_t> descriptor_limit;
  std::uint64_t log_lines_dropped = 0;
};

[[nodiscard]] ProcessUsage own_usage(std::uint64_t log_lines_dropped);

}  // namespace sockwarden
