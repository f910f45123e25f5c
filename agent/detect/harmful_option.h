// Options that did harm to connections, by program: what serves, or asks, with a process a connection is one program.
#pragma once

#include "agent/detect/detection_context.h"

namespace sockwarden {

/// SO_LINGER 0 that cut off what was being delivered, SO_RCVBUF that was set on connections.
void find_harm_at_end(const DetectionContext& context, DetectorResult& result);

/// Nagle's algorithm against delayed acknowledgements.
void find_stalls(const DetectionContext& context, DetectorResult& result);

[[nodiscard]] Finding option_finding(const std::string& option);

}  // namespace sockwarden
