// What was captured once, happening again and again.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/sample/sample.h"

namespace sockwarden::testing {

class Cycles {
 public:
  /// `captured` with ages as moments.
  explicit Cycles(const std::vector<Sample>& captured) : captured_(captured) {}

  /// Throws where the connections and rows at the end are not those of the beginning.
  void must_repeat() const;
  /// Makes of a captured sample that of a later cycle: what was there at the beginning goes on from how the cycle
  /// before left it; what came and went comes anew.
  void repeat(Sample& sample, std::uint64_t cycle) const;

 private:
  void repeat_connections(Sample& sample, std::uint64_t cycle) const;
  void repeat_rows(Sample& sample, std::uint64_t cycle) const;

  const std::vector<Sample>& captured_;
};

}  // namespace sockwarden::testing
