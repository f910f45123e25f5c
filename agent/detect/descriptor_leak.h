// Which growths of descriptors are leaks.
#pragma once

#include <vector>

#include "agent/detect/detection_context.h"

namespace sockwarden {

struct DescriptorLeak {
  const Process* process = nullptr;
  DescriptorGrowth growth;
};

/// Growth in several rounds, of descriptors that are not used again and do not come back. Of TCP sockets that were
/// never connected, or of all others.
[[nodiscard]] std::vector<DescriptorLeak> descriptor_leaks(const DetectionContext& context, bool unconnected_tcp);

}  // namespace sockwarden
