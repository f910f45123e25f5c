#include "agent/detect/descriptor_leak.h"

#include <algorithm>

namespace sockwarden {
namespace {

/// Of files it is seen whether they are used; of all others only that they stay.
constexpr std::uint32_t least_rounds_of_files = 3;
constexpr std::uint32_t least_rounds = 4;
/// Each a different file: what a program opens while it starts looks like that, too.
constexpr std::size_t least_different_files = 20;
constexpr std::uint32_t least_rounds_of_different_files = 5;
constexpr std::chrono::minutes plateau{10};

bool is_leak(const DescriptorGrowth& growth, const Thresholds& thresholds, Instant now) {
  if (growth.files.size() < std::max<std::size_t>(thresholds.leak_count, 3)) return false;
  if (growth.last - growth.first < thresholds.leak / 2) return false;
  // It has long stopped: a bounded cache, or a start-up.
  if (now - growth.last > std::max<std::chrono::nanoseconds>(plateau, 5 * (growth.last - growth.first))) return false;
  if (growth.type == SW_DESCRIPTOR_FILE || growth.type == SW_DESCRIPTOR_MEMFD) {
    if (growth.different * 2 <= growth.files.size()) return growth.rounds >= least_rounds_of_files;
    return growth.rounds >= least_rounds_of_different_files && growth.files.size() >= least_different_files;
  }
  // What comes and goes is in use, whatever a while of it looks like.
  return growth.rounds >= least_rounds && growth.went * 4 <= growth.came;
}

}  // namespace

std::vector<DescriptorLeak> descriptor_leaks(const DetectionContext& context, bool unconnected_tcp) {
  std::vector<DescriptorLeak> leaks;
  if (context.descriptors == nullptr) return leaks;
  for (const std::uint32_t pid : context.descriptors->watched()) {
    const Process* process = context.model.process_of_pid(pid);
    if (process == nullptr || process->exited) continue;
    const Thresholds thresholds = context.thresholds(*process, "");
    for (DescriptorGrowth& growth : context.descriptors->growths(pid, thresholds.leak))
      if (growth.unconnected_tcp == unconnected_tcp && is_leak(growth, thresholds, context.model.time))
        leaks.push_back({process, std::move(growth)});
  }
  return leaks;
}

}  // namespace sockwarden
