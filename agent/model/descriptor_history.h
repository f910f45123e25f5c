// What descriptors a process has gathered: when each came, and whether it was used since. Pure: Sample by Sample.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

/// Descriptors of one type that came while they were watched and have not been used since.
struct DescriptorGrowth {
  std::uint32_t pid = 0;
  std::uint8_t type = SW_DESCRIPTOR_OTHER;
  bool unconnected_tcp = false;      ///< TCP sockets that were never connected and do not listen
  std::vector<std::uint64_t> files;  ///< held, unused, old enough
  std::uint64_t young = 0;           ///< held, unused, not old enough
  std::uint64_t in_all = 0;          ///< descriptors of the process, of any type
  std::uint32_t rounds = 0;          ///< in which some of `files` came
  std::uint64_t came = 0;            ///< of this type, since the process is watched
  std::uint64_t went = 0;
  std::uint64_t different = 0;  ///< different inodes among `files`
  Instant first{};
  Instant last{};
  std::optional<std::uint64_t> limit;
};

struct DescriptorLimits {
  std::size_t asked = 256;            ///< processes looked at in full at once
  std::size_t descriptors = 262'144;  ///< remembered in all
};

class DescriptorHistory {
 public:
  explicit DescriptorHistory(DescriptorLimits limits = {}) : limits_(limits) {}

  void update(const Sample& sample, const Model& model);

  /// Processes whose descriptors the next scan should read one by one: those whose counts move.
  [[nodiscard]] std::vector<std::uint32_t> wanted() const;

  /// Per process and type, of descriptors older than `age`. At most one entry for each.
  [[nodiscard]] std::vector<DescriptorGrowth> growths(std::uint32_t pid, std::chrono::nanoseconds age) const;
  [[nodiscard]] std::vector<std::uint32_t> watched() const;

 private:
  struct Held {
    std::uint64_t inode = 0;
    std::uint64_t position = 0;
    std::uint32_t device = 0;
    std::uint8_t kind = 0;  // type, or `unconnected`
    bool used = false;
    bool known = true;  // came while the process was watched
    Instant first{};
    std::uint64_t round = 0;
  };
  static constexpr std::uint8_t unconnected = SW_DESCRIPTOR_COUNT;
  static constexpr std::size_t kinds = SW_DESCRIPTOR_COUNT + 1;
  struct Watched {
    std::array<std::uint32_t, SW_DESCRIPTOR_COUNT> count{};
    std::array<std::uint64_t, kinds> came{}, went{};
    std::unordered_map<std::uint64_t, Held> held;  // by file
    std::optional<std::uint64_t> limit;
    bool seen_from_start = false;
    bool looked_at = false;
    std::uint32_t quiet_rounds = 0;
    std::uint64_t round = 0;
  };

  void take_counts(const Sample& sample, const Model& model);
  void take_details(const Sample& sample);
  void take_detail(Watched& process, const sw_descriptor& detail, Instant now);

  DescriptorLimits limits_;
  std::unordered_map<std::uint32_t, Watched> processes_;
  Instant now_{};
  std::uint64_t round_ = 0;
  std::size_t held_ = 0;
};

}  // namespace sockwarden
