// The orders in which connections can be asked for: the largest of a figure first.
#pragma once

#include <string>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

using ConnectionOrder = bool (*)(const Connection*, const Connection*);

[[nodiscard]] const std::vector<std::string>& connection_orders();
/// Null where no order has the name.
[[nodiscard]] ConnectionOrder connection_order(const std::string& name);

}  // namespace sockwarden
