#pragma once

#include "agent/model/model.h"

namespace sockwarden {

/// What the protocol parser saw of the latest request and response. `connection` has its role already.
void take_exchange(Connection& connection, const sw_connection& raw);

}  // namespace sockwarden
