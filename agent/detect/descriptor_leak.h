// Which growths of descriptors are leaks, and which may become the process's end whatever they are.
#pragma once

#include <vector>

#include "agent/detect/detection_context.h"

namespace sockwarden {

struct DescriptorLeak {
  enum class Reading {
    forgotten,    ///< they have no use any more, and there are more of them than there is work
    nears_limit,  ///< use is seen or cannot be seen; the process comes to its limit
  };
  const Process* process = nullptr;
  DescriptorGrowth growth;
  Reading reading = Reading::forgotten;
  [[nodiscard]] const Gathered& gathered() const {
    return reading == Reading::forgotten ? growth.forgotten : growth.all;
  }
};

/// Growth in several rounds that goes beyond the work that there is: of descriptors of any kind but TCP.
[[nodiscard]] std::vector<DescriptorLeak> descriptor_leaks(const DetectionContext& context);

/// The same of TCP sockets that are neither connections nor listeners.
[[nodiscard]] std::vector<DescriptorLeak> piled_up_closed_sockets(const DetectionContext& context);

/// Of these, one finding of connection-leak a process.
[[nodiscard]] std::vector<Finding> closed_socket_leaks(const DetectionContext& context);

}  // namespace sockwarden
