// --web.listen-address: from text to listening sockets.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"
#include "agent/publish/bound_socket.h"

namespace sockwarden {

struct ListenAddress {
  std::string host;  ///< without brackets; empty = every address, IPv4 and IPv6
  std::string port;  ///< a number, 0 = any free one
  std::string text;  ///< as given
};

/// "127.0.0.1:10180", "localhost:10180", "[::1]:10180" or ":10180".
[[nodiscard]] tl::expected<ListenAddress, Error> parse_listen_address(const std::string& text);

/// Listens on all of them. An IPv6 loopback address is left out where the host has no IPv6 and another one is bound.
[[nodiscard]] tl::expected<std::vector<BoundSocket>, Error> listen_on(const std::vector<std::string>& addresses);

}  // namespace sockwarden
