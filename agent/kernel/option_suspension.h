// When the setsockopt hook is suspended: where it is called for nothing but corks that it has counted before.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace sockwarden {

/// A server with tcp_nopush corks and uncorks with each answer, and each call passes the hook: the kernel takes the
/// socket's lock for it and copies the value, which is more than all that the program does. So the hook is looked at
/// anew a minute at a time. Pure.
class OptionSuspension {
 public:
  using Clock = std::chrono::steady_clock;
  /// Calls a second that told nothing new: 0.4 µs each, this many are 0.4 % of one CPU (tests/bench/run nginx).
  static constexpr double most_redundant_calls = 10'000;
  static constexpr std::chrono::seconds length{60};
  /// Over less than this no rate is told.
  static constexpr std::chrono::seconds shortest_look{1};

  /// Once a scan: with the calls so far that told nothing new, whether the hook should be attached until the next.
  [[nodiscard]] bool wants_hook(std::uint64_t redundant_calls, Clock::time_point now);

 private:
  struct Look {
    std::uint64_t redundant_calls = 0;
    Clock::time_point time;
  };
  std::optional<Look> last_;  ///< while it is attached
  Clock::time_point suspended_until_{};
};

}  // namespace sockwarden
