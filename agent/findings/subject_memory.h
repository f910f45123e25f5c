#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sockwarden {

/// Which subjects a finding has covered, so that each is counted once. Those covered now are all known; of earlier
/// ones only the latest `capacity` (ids grow), so that memory is bounded.
class SubjectMemory {
 public:
  explicit SubjectMemory(std::size_t capacity) : capacity_(capacity) {}

  /// Takes the subjects of one round; returns how many of them were not known.
  std::uint64_t take(std::vector<std::uint64_t> subjects);

  [[nodiscard]] const std::vector<std::uint64_t>& now() const { return now_; }
  /// Of both kinds.
  [[nodiscard]] std::size_t size() const { return now_.capacity() + past_.capacity(); }

 private:
  std::size_t capacity_;
  std::vector<std::uint64_t> now_;   // sorted
  std::vector<std::uint64_t> past_;  // sorted
};

}  // namespace sockwarden
