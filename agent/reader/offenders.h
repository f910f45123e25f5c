// Whose processes cost the reader its life: they are not read again for a while, so that what reading costs is bounded,
// and one user's processes do not stand in the way of another's.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace sockwarden {

/// A process and its user, as the kernel tells them.
struct Subject {
  std::uint32_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::optional<std::uint32_t> user;
};

class Offenders {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes memory{10};
  /// Each costs a deadline at the most, and of ten minutes some are to be left.
  static constexpr std::size_t most_of_user = 3, most = 24;

  void add(const Subject& subject, const std::string& reason, Time now);

  /// Why it is not read now; nothing where it may be. Root's processes are not taken for one user's: half of the
  /// services of a host are.
  [[nodiscard]] std::optional<std::string> reason_against(const Subject& subject, Time now);

 private:
  struct Offence {
    Subject subject;
    std::string reason;
    Time at;
  };
  std::deque<Offence> offences_;  ///< oldest first
};

}  // namespace sockwarden
