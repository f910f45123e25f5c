// How reading of other processes goes.
#pragma once

#include <cstdint>

namespace sockwarden {

struct ReaderHealth {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;   ///< without an answer in time, or none that makes sense
  std::uint64_t started = 0;  ///< how often what reads was started
  std::uint64_t refused = 0;  ///< not asked, since what was asked before failed too often
};

}  // namespace sockwarden
