#pragma once

#include "agent/model/listeners.h"
#include "agent/model/model.h"

namespace sockwarden {

/// A connection as the raw record and socket tell it. `model` has its processes already.
[[nodiscard]] Connection connection_from(const sw_connection& raw, const Model& model, const Listeners& listeners,
                                         bool closed);

/// When data last came in, or the program last took some.
[[nodiscard]] std::optional<Instant> last_arrival(const Connection& connection);

/// The first end of the two.
[[nodiscard]] std::optional<Instant> end_of(const Connection& connection);

}  // namespace sockwarden
