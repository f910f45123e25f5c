#pragma once

#include "agent/detect/observed_wait.h"
#include "agent/publish/json.h"

namespace sockwarden {

[[nodiscard]] Json to_json(const ObservedWait& wait);

}  // namespace sockwarden
