// A wait of which it was not seen what was asked, so that silence may be the answer: no finding, but told to whoever
// asks what a process is doing.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agent/model/model.h"

namespace sockwarden {

struct OpenWait {
  Identity process;
  std::uint32_t pid = 0;
  std::string endpoint;
  std::chrono::nanoseconds waited{};
  std::string proof;  ///< "thread 4312 is blocked in recvfrom on fd 7, SO_RCVTIMEO unset"
};

}  // namespace sockwarden
