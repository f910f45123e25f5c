// The last hour, to look at any moment of it: what was wrong and how the pools were, in bounded memory.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/publish/published.h"

namespace sockwarden {

struct HistoryLimits {
  std::chrono::seconds span{60 * 60};
  std::chrono::seconds step{5};  ///< between two moments, at the least
  std::size_t bytes = 8 * 1024 * 1024;
  std::size_t findings = 64;  ///< a moment: the worst
  std::size_t pools = 64;     ///< a moment: those with the most connections
};

struct PoolPoint {
  std::uint32_t pid = 0;
  Address remote;
  std::uint32_t open = 0, in_use = 0, idle = 0;
  std::uint64_t thrown_away = 0;  ///< so far
};

struct Moment {
  WallTime time{};
  std::uint64_t connections = 0;
  std::chrono::nanoseconds scan{};
  std::array<std::uint32_t, 3> findings{};  ///< active and not muted, by severity
  std::vector<PoolPoint> pools;
  std::string detail;  ///< JSON {"time": …, "findings": […], "pools": […]} as the API has them, packed

  [[nodiscard]] std::size_t bytes() const;
};

/// Written by the scanning thread, read by those of the web server.
class History {
 public:
  explicit History(HistoryLimits limits = {}) : limits_(limits) {}

  /// Keeps what is worth a moment; the oldest go where there is no room.
  void observe(const Published& published);

  /// Oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const Moment>> moments() const;
  /// The last one that is not later; the first of all where all are. Null without any.
  [[nodiscard]] std::shared_ptr<const Moment> at(WallTime time) const;
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] TableFill table() const;
  [[nodiscard]] const HistoryLimits& limits() const { return limits_; }

 private:
  [[nodiscard]] bool is_due(WallTime now) const;
  void take(std::shared_ptr<const Moment> moment);

  const HistoryLimits limits_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const Moment>> moments_;
  std::size_t bytes_ = 0;
};

}  // namespace sockwarden
