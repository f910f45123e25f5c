#pragma once

#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

/// What a Model holds, and what it takes; two are there at once.
[[nodiscard]] std::vector<TableFill> tables_of(const Model& model);

}  // namespace sockwarden
