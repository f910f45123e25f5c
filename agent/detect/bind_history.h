// Binds that were refused because of what an earlier run of the same program had left on the port. Pure and bounded.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

/// A bind() without SO_REUSEADDR that was refused although nobody listened: the program's own closed connections held
/// the port, in TIME_WAIT.
struct RefusedRestart {
  std::uint32_t process = 0;
  Address local;
  std::uint64_t count = 0;
  Instant time{};
  Instant last_closed{};  ///< the latest of those connections
};

class BindHistory {
 public:
  void update(const Sample& sample, const Model& model);

  /// The latest, oldest first.
  [[nodiscard]] const std::deque<RefusedRestart>& refused() const { return refused_; }

 private:
  void take_closed(const Model& model);
  void take_refused(const Sample& sample, const Model& model);

  std::map<std::pair<std::uint16_t, Identity>, Instant> left_;  // by port and program: its own latest close
  std::map<std::pair<std::uint32_t, Address>, std::uint64_t> counts_;
  std::deque<RefusedRestart> refused_;
};

}  // namespace sockwarden
