// The settings in force, each with where it comes from.
#pragma once

#include <string>

#include "agent/config/load.h"
#include "agent/publish/json.h"

namespace sockwarden {

[[nodiscard]] std::string config_text(const LoadedConfig& loaded);
[[nodiscard]] Json config_json(const LoadedConfig& loaded);

}  // namespace sockwarden
