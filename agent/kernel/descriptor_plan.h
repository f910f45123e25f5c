// Which processes' descriptors a scan walks.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "bpf/record.h"

namespace sockwarden {

/// A process that used no TCP, holds no socket of it, and has as many descriptors open as when it was last walked is
/// not walked again: it has those that it had. What such a process may have exchanged one for one is found by the next
/// whole pass. Pure.
class DescriptorPlan {
 public:
  using Numbers = std::unordered_map<std::uint32_t, std::uint64_t>;  ///< pid → open descriptors, as /proc tells
  using Counts = std::unordered_map<std::uint32_t, sw_descriptor_counts>;

  /// With 5 s between scans, once a minute.
  static constexpr std::uint32_t scans_between_whole_passes = 12;
  /// A walk of one process costs as much as this many descriptors of a whole pass (35 µs against 0.3 µs:
  /// tests/bench/run descriptors).
  static constexpr std::uint64_t walk_in_descriptors = 120;
  /// To ask /proc for all numbers is not worth less than this.
  static constexpr std::uint64_t least_resting = 5000;

  struct Walk {
    bool all = true;
    std::vector<std::uint32_t> pids{};  ///< without `all`
    Counts resting{};                   ///< without `all`: what those have that are not walked
  };

  /// Whether the next scan may do with less than all, so that next() should be given numbers.
  [[nodiscard]] bool wants_numbers() const;

  /// `numbers`: of now, empty = not known. `users`: processes that used TCP, and those that are asked for in full.
  [[nodiscard]] Walk next(const Numbers& numbers, const std::unordered_set<std::uint32_t>& users);

  /// What the walk has found, those that rest included.
  void found(const Counts& counts, const Numbers& numbers);

 private:
  struct Known {
    std::uint64_t number = 0;  ///< as /proc told before the walk, 0 = not asked
    sw_descriptor_counts counts{};
  };
  std::unordered_map<std::uint32_t, Known> known_;
  std::uint64_t may_rest_ = 0;  ///< descriptors of processes without TCP sockets
  std::uint32_t since_whole_pass_ = 0;
};

}  // namespace sockwarden
