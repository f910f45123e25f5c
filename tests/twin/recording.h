// A host whose samples were captured, on a clock of the test's own: time may stand still for its programs, and what
// they did may go on for as long as a test wants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/sample/sample.h"

namespace sockwarden::testing {

class Recording {
 public:
  explicit Recording(std::vector<Sample> captured);

  /// The next one that was captured; begins with the first.
  Sample next();
  /// As after the last `next()`, and so much later: nothing has moved.
  Sample later(std::chrono::nanoseconds duration);
  /// Like next(), and after the last one begins anew: the same once more, with connections and counts of its own.
  /// Throws where the connections and the processes that were there at the end are not those of the beginning.
  Sample next_for_ever();

  /// No next() is left.
  [[nodiscard]] bool ended() const { return at_ + 1 == captured_.size(); }
  /// The clock, after a first next().
  [[nodiscard]] Instant now() const;

 private:
  /// A captured moment on this clock, cycles aside.
  [[nodiscard]] std::uint64_t moved(std::uint64_t ns) const;
  [[nodiscard]] Sample shown();

  std::vector<Sample> captured_;                                // ages as moments
  std::size_t at_ = captured_.size();                           // the one that is shown; beyond the last: none yet
  std::uint64_t cycle_ = 0;                                     // how often it has begun anew
  std::uint64_t waited_ns_ = 0;                                 // since the one that is shown
  std::vector<std::pair<std::uint64_t, std::uint64_t>> waits_;  // captured time, and how long nothing moved after it
  std::uint64_t number_ = 0;
};

}  // namespace sockwarden::testing
