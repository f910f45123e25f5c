// Ages of connections, and the limit that they betray.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace sockwarden {

/// Counts by power of two: bucket i has the ages up to 2^i ms, the last one all others.
struct AgeHistogram {
  std::array<std::uint32_t, 24> count{};
  std::chrono::milliseconds longest{};
  void add(std::chrono::nanoseconds age);
  [[nodiscard]] std::uint64_t total() const;
};

/// The latest ages.
class AgeSamples {
 public:
  void add(std::chrono::nanoseconds age);
  [[nodiscard]] std::size_t size() const { return size_; }

  /// An age at which at least three, and at least half of those above `floor`, agree within a tenth: a timer's doing.
  [[nodiscard]] std::optional<std::chrono::milliseconds> constant(std::chrono::milliseconds floor) const;

 private:
  static constexpr std::size_t capacity = 32;
  std::array<std::uint32_t, capacity> ms_{};
  std::size_t size_ = 0;
  std::size_t next_ = 0;
};

}  // namespace sockwarden
