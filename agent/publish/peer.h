// Who is at the other end of a connection to the web port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sockwarden {

/// The address on our side, without the port: "127.0.0.1", "::1"; empty where it cannot be told.
[[nodiscard]] std::string local_host_of(int descriptor);

/// The user that the other end belongs to, where it is on this host: a question to the kernel, as `ss -e` asks it.
[[nodiscard]] std::optional<std::uint32_t> user_at_other_end(int descriptor);

}  // namespace sockwarden
