#include "agent/pipeline/origins.h"

#include <algorithm>

namespace sockwarden {
namespace {

constexpr std::size_t most_stacks = 8;     // a finding: the most frequent ones
constexpr std::size_t most_known = 4'096;  // names kept

}  // namespace

void Origins::name(Inspection& inspection, Inspector& inspector, Kernel& kernel) {
  if (known_.size() > most_known) known_.clear();
  for (LedgerEntry& entry : inspection.findings) {
    Finding& finding = entry.finding;
    if (!entry.active || finding.stack_ids.empty() || !finding.origin.empty()) continue;
    std::map<std::uint32_t, std::uint64_t> counts;
    for (const std::uint32_t id : finding.stack_ids) ++counts[id];
    std::vector<std::pair<std::uint64_t, std::uint32_t>> ranked;
    for (const auto& [id, count] : counts) ranked.emplace_back(count, id);
    std::sort(ranked.rbegin(), ranked.rend());
    if (ranked.size() > most_stacks) ranked.resize(most_stacks);
    for (const auto& [count, id] : ranked) {
      const auto& frames = frames_of(entry.process.pid, id, kernel);
      if (!frames.empty()) finding.origin.push_back({count, frames});
    }
    if (!finding.origin.empty()) inspector.set_origin(entry.id, finding.origin);
  }
  symbolizer_.forget();
}

const std::vector<std::string>& Origins::frames_of(std::uint32_t pid, std::uint32_t stack_id, Kernel& kernel) {
  const auto [found, added] = known_.try_emplace({pid, stack_id});
  if (added) found->second = symbolizer_.frames(pid, 0, kernel.stack(stack_id));
  return found->second;
}

}  // namespace sockwarden
