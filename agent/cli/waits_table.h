// Waits as an agent tells them, a line each.
#pragma once

#include <cstddef>
#include <string>

#include "agent/publish/json.h"

namespace sockwarden {

[[nodiscard]] std::string waits_table(const Json& waits, std::size_t columns);

}  // namespace sockwarden
