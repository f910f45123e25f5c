// What descriptors a process has gathered: when each came, and whether it was used since. Pure: Sample by Sample.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "agent/model/held_descriptor.h"
#include "agent/model/model.h"

namespace sockwarden {

/// Some of the descriptors of one type that came while their process was watched and that it still has.
struct Gathered {
  std::vector<std::uint64_t> files;  ///< open file descriptions
  std::uint32_t rounds = 0;          ///< in which some of them came
  std::uint64_t different = 0;       ///< different inodes among them
  Instant first{};
  Instant last{};
};

/// Descriptors of one type that came while they were watched.
struct DescriptorGrowth {
  std::uint32_t pid = 0;
  std::uint8_t type = SW_DESCRIPTOR_OTHER;
  ClosedTcp closed_tcp = ClosedTcp::no;
  Gathered forgotten;        ///< old enough, seen to have no use since they came
  Gathered all;              ///< all that came, also those that are used and those whose use cannot be seen
  std::uint64_t used = 0;    ///< of `all`
  std::uint64_t in_all = 0;  ///< descriptors of the process, of any type
  std::uint64_t came = 0;    ///< of this type, since the process is watched
  std::uint64_t went = 0;
  /// Threads, children, and sockets of other types that came since the first of `forgotten`: what each may have one of.
  std::uint64_t work = 0;
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

  /// Per process and type; what is forgotten is older than `age`. At most one entry for each.
  [[nodiscard]] std::vector<DescriptorGrowth> growths(std::uint32_t pid, std::chrono::nanoseconds age) const;
  [[nodiscard]] std::vector<std::uint32_t> watched() const;
  [[nodiscard]] TableFill table() const;

 private:
  struct Watched {
    std::array<std::uint32_t, SW_DESCRIPTOR_COUNT> count{};
    std::array<std::uint64_t, HeldDescriptor::kinds> came{}, went{};
    std::unordered_map<std::uint64_t, HeldDescriptor> held;  // by file
    std::optional<std::uint64_t> limit;
    std::uint32_t threads = 0, children = 0;
    bool seen_from_start = false;
    bool looked_at = false;
    std::uint32_t quiet_rounds = 0;
    std::uint64_t round = 0;
    [[nodiscard]] std::uint64_t work(std::uint8_t kind) const;
  };

  void take_counts(const Sample& sample, const Model& model);
  void take_children(const Sample& sample);
  void take_details(const Sample& sample);
  void take_detail(Watched& process, const sw_descriptor& detail, Instant now);

  DescriptorLimits limits_;
  std::unordered_map<std::uint32_t, Watched> processes_;
  Instant now_{};
  std::uint64_t round_ = 0;
  std::size_t held_ = 0;
};

}  // namespace sockwarden
