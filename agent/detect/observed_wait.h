// A wait that lasts beyond its threshold, as it is told to people: what is known of its limit, whether it is a finding
// or not.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

enum class WaitVerdict : std::uint8_t {
  limited,   ///< something is known to end it
  unproven,  ///< neither a limit nor its absence has shown
  proven,    ///< nothing will end it
};
[[nodiscard]] const char* name_of(WaitVerdict verdict);

/// Waits of one process for one endpoint in one phase, of which the same is known.
struct ObservedWait {
  Identity identity;
  std::uint32_t pid = 0;
  Role role = Role::unknown;
  std::string endpoint;  ///< "10.0.0.7:8080"
  std::string phase;     ///< that of a missing timeout, or "handler": a server's own work on a request
  WaitVerdict verdict = WaitVerdict::unproven;
  std::uint64_t count = 1;
  std::chrono::nanoseconds waited{};              ///< the longest of them
  std::optional<std::chrono::nanoseconds> limit;  ///< of that one, in all, where its length is known
  std::string proof;                              ///< "thread 4312 is blocked in recvfrom on fd 7, SO_RCVTIMEO unset"
};

/// Bounded: endpoints beyond the capacity are told as "other".
class ObservedWaits {
 public:
  explicit ObservedWaits(std::size_t capacity = 4096) : capacity_(capacity) {}

  void add(ObservedWait wait);
  void add(const ObservedWaits& others);
  [[nodiscard]] std::vector<ObservedWait> all() const;

 private:
  using Key = std::tuple<std::uint32_t, std::string, std::string, WaitVerdict>;
  std::size_t capacity_;
  std::map<Key, ObservedWait> waits_;
};

}  // namespace sockwarden
