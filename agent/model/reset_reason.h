#pragma once

#include <cstdint>
#include <string>

namespace sockwarden {

/// The kernel's name in lower case ("tcp_abort_on_close"); empty for 0 = unknown. `recorded` is the number + 1.
[[nodiscard]] std::string reset_reason_of(std::uint32_t recorded);

}  // namespace sockwarden
