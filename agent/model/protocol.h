#pragma once

#include "bpf/record.h"

namespace sockwarden {

/// Which application protocol a connection speaks, as a static text; empty = unknown.
[[nodiscard]] const char* protocol_of(const sw_connection& raw);

}  // namespace sockwarden
