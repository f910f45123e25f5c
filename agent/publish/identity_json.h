#pragma once

#include "agent/model/model.h"
#include "agent/publish/json.h"

namespace sockwarden {

/// Who a process is, without its pid.
[[nodiscard]] Json to_json(const Identity& identity);

}  // namespace sockwarden
