// Which socket is at the other end of a UNIX socket, from the kernel's socket diagnostics.
#pragma once

#include <cstdint>

namespace sockwarden {

/// Inode of the peer of the UNIX socket with this inode; 0 = it has none, it is no UNIX socket, or the kernel does not
/// say (no CONFIG_UNIX_DIAG, another network namespace).
[[nodiscard]] std::uint32_t unix_peer_of(std::uint32_t inode);

}  // namespace sockwarden
