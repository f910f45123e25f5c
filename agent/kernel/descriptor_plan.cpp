#include "agent/kernel/descriptor_plan.h"

#include <numeric>
#include <utility>

namespace sockwarden {
namespace {

std::uint64_t sum_of(const sw_descriptor_counts& counts) {
  return std::accumulate(std::begin(counts.count), std::end(counts.count), std::uint64_t{0});
}

}  // namespace

bool DescriptorPlan::wants_numbers() const { return may_rest_ >= least_resting; }

DescriptorPlan::Walk DescriptorPlan::next(const Numbers& numbers, const std::unordered_set<std::uint32_t>& users) {
  if (numbers.empty() || ++since_whole_pass_ >= scans_between_whole_passes) {
    since_whole_pass_ = 0;
    return {};
  }
  Walk walk{.all = false};
  std::uint64_t resting = 0;
  for (const auto& [pid, number] : numbers) {
    const auto known = known_.find(pid);
    const bool rests = known != known_.end() && known->second.number == number && !users.contains(pid) &&
                       known->second.counts.count[SW_DESCRIPTOR_SOCKET] == 0;
    if (!rests) {
      walk.pids.push_back(pid);
      continue;
    }
    resting += sum_of(known->second.counts);
    walk.resting.emplace(pid, known->second.counts);
  }
  if (resting >= walk_in_descriptors * walk.pids.size()) return walk;
  since_whole_pass_ = 0;
  return {};
}

void DescriptorPlan::found(const Counts& counts, const Numbers& numbers) {
  known_.clear();
  may_rest_ = 0;
  for (const auto& [pid, count] : counts) {
    const auto number = numbers.find(pid);
    known_[pid] = {number == numbers.end() ? 0 : number->second, count};
    if (count.count[SW_DESCRIPTOR_SOCKET] == 0) may_rest_ += sum_of(count);
  }
}

}  // namespace sockwarden
