// Defaults, then the file and those of conf.d beside it, then the environment, then flags.
#pragma once

#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/config/config.h"
#include "agent/config/value_origin.h"
#include "agent/contract/error.h"

namespace sockwarden {

struct ConfigSources {
  std::string file;                                       ///< empty = none
  std::map<std::string, std::string> environment;         ///< only SOCKWARDEN_… is looked at
  std::map<std::string, std::vector<std::string>> flags;  ///< by key of the setting, "log.level"
};

struct LoadedConfig {
  Config config;  ///< with every value of its profile
  std::vector<std::string> warnings;
  ValueOrigins origins;
};

[[nodiscard]] tl::expected<LoadedConfig, Error> load_config(const ConfigSources& sources);

/// The environment of this process.
[[nodiscard]] std::map<std::string, std::string> process_environment();

}  // namespace sockwarden
