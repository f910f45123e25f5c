// Closes that are somebody else's doing.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "agent/model/model.h"

namespace sockwarden {

/// Ids of connections in `model.closed` that their program closed because the client for which it had asked that server
/// had left: a proxy or a relay passes the end on. Which client that was is told by the order in which clients asked
/// the program and the program asked servers. (A program that asks for its own sake is done with that before it
/// answers, and its client leaves later still.)
[[nodiscard]] std::unordered_set<std::uint64_t> propagated_close(const Model& model);

}  // namespace sockwarden
