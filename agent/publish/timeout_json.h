#pragma once

#include "agent/detect/effective_timeout.h"
#include "agent/publish/json.h"

namespace sockwarden {

[[nodiscard]] Json to_json(const EffectiveTimeout& timeout);

}  // namespace sockwarden
