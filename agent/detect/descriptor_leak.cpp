#include "agent/detect/descriptor_leak.h"

#include <algorithm>

namespace sockwarden {
namespace {

/// Of files it is seen well whether they are used.
constexpr std::uint32_t least_rounds_of_files = 3;
constexpr std::uint32_t least_rounds = 4;
constexpr std::chrono::minutes plateau{10};
/// A thread, a child or a connection may well have two: both ends of a pipe, standard output and error.
constexpr std::uint64_t each_has = 2;

bool is_file(const DescriptorGrowth& growth) {
  return growth.type == SW_DESCRIPTOR_FILE || growth.type == SW_DESCRIPTOR_MEMFD;
}

/// What comes and goes is in use, whatever a while of it looks like.
bool comes_and_goes(const DescriptorGrowth& growth) { return growth.went * 4 > growth.came; }

bool piles_up(const DescriptorGrowth& growth, const Thresholds& thresholds, Instant now) {
  const Gathered& forgotten = growth.forgotten;
  if (forgotten.files.size() < std::max<std::size_t>(thresholds.leak_count, 3)) return false;
  if (forgotten.files.size() <= each_has * growth.work) return false;
  if (forgotten.last - forgotten.first < thresholds.leak / 2) return false;
  // It has long stopped: a start, or something that is full.
  const auto lasted = forgotten.last - forgotten.first;
  if (now - forgotten.last > std::max<std::chrono::nanoseconds>(plateau, 5 * lasted)) return false;
  if (is_file(growth)) return forgotten.rounds >= least_rounds_of_files;
  return forgotten.rounds >= least_rounds && !comes_and_goes(growth);
}

/// Four fifths of the limit are taken, most of it by what came, and more still comes.
bool nears_limit(const DescriptorGrowth& growth, const Thresholds& thresholds, Instant now) {
  const Gathered& all = growth.all;
  if (!growth.limit || growth.in_all * 5 < *growth.limit * 4 || all.files.size() * 2 < *growth.limit) return false;
  if (all.rounds < least_rounds || all.last - all.first < thresholds.leak / 2) return false;
  return now - all.last <= 2 * thresholds.leak && !comes_and_goes(growth);
}

template <typename Take>
void each_growth(const DetectionContext& context, const Take& take) {
  if (context.descriptors == nullptr) return;
  for (const std::uint32_t pid : context.descriptors->watched()) {
    const Process* process = context.model.process_of_pid(pid);
    if (process == nullptr || process->exited) continue;
    const Thresholds thresholds = context.thresholds(*process, "");
    for (DescriptorGrowth& growth : context.descriptors->growths(pid, thresholds.leak))
      take(*process, growth, thresholds);
  }
}

}  // namespace

std::vector<DescriptorLeak> descriptor_leaks(const DetectionContext& context) {
  std::vector<DescriptorLeak> leaks;
  each_growth(context, [&](const Process& process, DescriptorGrowth& growth, const Thresholds& thresholds) {
    if (growth.closed_tcp != ClosedTcp::no) return;
    if (piles_up(growth, thresholds, context.model.time))
      leaks.push_back({&process, std::move(growth), DescriptorLeak::Reading::forgotten});
    else if (nears_limit(growth, thresholds, context.model.time))
      leaks.push_back({&process, std::move(growth), DescriptorLeak::Reading::nears_limit});
  });
  return leaks;
}

std::vector<DescriptorLeak> piled_up_closed_sockets(const DetectionContext& context) {
  std::vector<DescriptorLeak> leaks;
  each_growth(context, [&](const Process& process, DescriptorGrowth& growth, const Thresholds& thresholds) {
    if (growth.closed_tcp != ClosedTcp::no && piles_up(growth, thresholds, context.model.time))
      leaks.push_back({&process, std::move(growth), DescriptorLeak::Reading::forgotten});
  });
  return leaks;
}

}  // namespace sockwarden
