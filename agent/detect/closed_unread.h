// Small responses that a library had buffered in full when its connection was closed: nothing is left unread in the
// kernel, but the place in the program where the close came from tells that the library could not keep the connection.
#pragma once

#include <vector>

#include "agent/detect/pool_finding.h"

namespace sockwarden {

/// Endings right after a full response that the program closed without having read it to its end. Empty where names of
/// the code are not known, and where a limit of the pool explains them.
[[nodiscard]] std::vector<const Ending*> closed_unread(const Scene& scene, const PoolCase& pool_case);

}  // namespace sockwarden
