#pragma once

#include "agent/model/listeners.h"
#include "agent/model/model.h"

namespace sockwarden {

/// A connection as the raw record and socket tell it. `model` has its processes already.
[[nodiscard]] Connection connection_from(const sw_connection& raw, const Model& model, const Listeners& listeners,
                                         bool closed);

}  // namespace sockwarden
