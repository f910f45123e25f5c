#pragma once

#include "agent/model/pool_figures.h"
#include "agent/publish/json.h"

namespace sockwarden {

[[nodiscard]] Json to_json(const PoolFigures& pool, const Process& process);

}  // namespace sockwarden
