// Ages of connections, and the limit that they betray.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sockwarden {

/// The latest ages.
class AgeSamples {
 public:
  void add(std::chrono::nanoseconds age);
  [[nodiscard]] std::size_t size() const { return ms_.size(); }
  /// Of the heap.
  [[nodiscard]] std::size_t bytes() const { return ms_.capacity() * sizeof(std::uint32_t); }

  /// An age at which at least three, and at least half of those above `floor`, agree within a tenth: a timer's doing.
  [[nodiscard]] std::optional<std::chrono::milliseconds> constant(std::chrono::milliseconds floor) const;

 private:
  static constexpr std::size_t capacity = 32;
  std::vector<std::uint32_t> ms_;  // oldest first
};

}  // namespace sockwarden
