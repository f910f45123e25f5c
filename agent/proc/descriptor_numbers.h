#pragma once

#include <cstdint>
#include <unordered_map>

namespace sockwarden {

/// pid → how many descriptors are open, of every process that may be asked: the size of /proc/PID/fd, which the kernel
/// tells since 6.2 (commit f1f1f2569901). Empty on older kernels.
[[nodiscard]] std::unordered_map<std::uint32_t, std::uint64_t> read_descriptor_numbers();

}  // namespace sockwarden
