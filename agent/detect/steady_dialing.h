// Connections that are made one at a time and on time, whether or not there is work: a probe, which tests that a
// connection can be made.
#pragma once

#include <vector>

#include "agent/detect/pool_finding.h"

namespace sockwarden {

/// Of `endings`, those of connections that were all made at a steady, slow pace, one after the other.
[[nodiscard]] bool are_probes(const std::vector<const Ending*>& endings);

}  // namespace sockwarden
