#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/cli/connection_row.h"

namespace sockwarden {

/// One line a connection, at most `width` columns; 0 = as wide as needed.
[[nodiscard]] std::string connection_table(const std::vector<ConnectionRow>& rows, std::size_t width);

/// "ESTABLISHED" -> "ESTAB", as ss shows it.
[[nodiscard]] std::string short_state(const std::string& state);

/// {"SO_KEEPALIVE=1", "TCP_KEEPIDLE=30s"} -> "keepalive,keepidle=30s"
[[nodiscard]] std::string short_options(const std::vector<std::string>& options);

}  // namespace sockwarden
