// --web.systemd-socket: the listening sockets that systemd holds for the agent (sd_listen_fds).
#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"
#include "agent/publish/bound_socket.h"

namespace sockwarden {

/// Takes them over, once: whoever is started from here does not inherit them. An error where there is none, or where
/// one of them is no listening TCP socket.
[[nodiscard]] tl::expected<std::vector<BoundSocket>, Error> passed_sockets();

}  // namespace sockwarden
