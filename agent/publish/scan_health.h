// How the scans fare, beside what the last good one read: it changes also where nothing new can be published.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/sample/sample.h"

namespace sockwarden {

struct ScanHealth {
  struct Failing {
    std::string part;
    std::string reason;  ///< a clause without a full stop: "cannot open the iterator …"
    WallTime since{};    ///< the first scan that failed after the last good one
  };
  struct Good {
    Instant ended{};
    std::chrono::nanoseconds duration{};
  };

  std::map<std::string, std::uint64_t> failures;     ///< by part, each of them from the start; never falls
  std::uint64_t done = 0;                            ///< good ones
  std::chrono::nanoseconds spent{};                  ///< in the good ones, all together
  std::optional<Failing> failing;                    ///< empty: the last scan was good, or none has ended
  std::optional<Good> last_good;                     ///< empty: none was good yet
  std::optional<std::chrono::nanoseconds> interval;  ///< between two scans; empty: none was promised

  ScanHealth();

  /// True where the one before was good, or failed otherwise.
  bool failed(const std::string& part, const std::string& reason, WallTime now);
  void succeeded(Instant ended, std::chrono::nanoseconds duration);
};

/// Since when, in which part and why scans fail.
[[nodiscard]] std::string words_of(const ScanHealth::Failing& failing);

/// Why what is shown is no view of now: no good scan, or none within three intervals. Empty: it is one.
[[nodiscard]] std::optional<std::string> why_not_ready(const ScanHealth& health, Instant now);

}  // namespace sockwarden
