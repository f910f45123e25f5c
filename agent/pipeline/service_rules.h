// Names of services that the configuration gives.
#pragma once

#include <vector>

#include "agent/config/config.h"
#include "agent/sample/sample.h"

namespace sockwarden {

void name_services(Sample& sample, const std::vector<IdentityRule>& rules);

}  // namespace sockwarden
