// What of a newly read configuration a running agent can take over.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.h"

namespace sockwarden {

struct Reload {
  Config config;                           ///< the new one, with the running one's values where only a restart helps
  std::vector<std::string> needs_restart;  ///< keys that differ and were not taken over
};

[[nodiscard]] Reload reload(const Config& running, Config next);

}  // namespace sockwarden
