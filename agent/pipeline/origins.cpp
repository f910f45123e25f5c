#include "agent/pipeline/origins.h"

#include <algorithm>
#include <utility>

namespace sockwarden {
namespace {

constexpr std::size_t most_stacks = 8;     // a finding: the most frequent ones
constexpr std::size_t most_known = 4'096;  // names kept

bool needs_names(const LedgerEntry& entry) {
  return entry.active && !entry.finding.stack_ids.empty() && entry.finding.origin.empty();
}

std::vector<std::pair<std::uint64_t, std::uint32_t>> ranked_stacks(const Finding& finding) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const std::uint32_t id : finding.stack_ids) ++counts[id];
  std::vector<std::pair<std::uint64_t, std::uint32_t>> ranked;
  for (const auto& [id, count] : counts) ranked.emplace_back(count, id);
  std::sort(ranked.rbegin(), ranked.rend());
  if (ranked.size() > most_stacks) ranked.resize(most_stacks);
  return ranked;
}

}  // namespace

void Origins::name(Inspection& inspection, Inspector& inspector, Kernel& kernel, TargetReader& reader) {
  if (known_.size() > most_known) known_.clear();
  std::vector<std::pair<LedgerEntry*, Ranked>> unnamed;
  for (LedgerEntry& entry : inspection.findings) {
    if (!needs_names(entry)) continue;
    unnamed.emplace_back(&entry, ranked_stacks(entry.finding));
    ask(entry.process, unnamed.back().second, kernel, reader);
  }
  take(reader);
  for (auto& [entry, stacks] : unnamed) {
    entry->finding.origin = origin_of(entry->process.pid, stacks);
    if (!entry->finding.origin.empty()) inspector.set_origin(entry->id, entry->finding.origin);
  }
}

void Origins::ask(const Process& process, const Ranked& stacks, Kernel& kernel, TargetReader& reader) {
  for (const auto& [count, id] : stacks) {
    const std::pair key{process.pid, id};
    if (known_.contains(key)) continue;
    const bool asked = reader.ask(StackQuestion{
        .pid = process.pid, .start_ticks = process.facts.start_ticks, .stack = id, .addresses = kernel.stack(id)});
    if (asked) known_.emplace(key, std::nullopt);
  }
}

void Origins::take(TargetReader& reader) {
  for (StackNames& names : reader.take_names()) {
    // What failed is told, and not tried again for this process.
    if (!names.failure.empty()) names.frames = {names.failure};
    known_[{names.pid, names.stack}] = std::move(names.frames);
  }
}

std::vector<OriginStack> Origins::origin_of(std::uint32_t pid, const Ranked& stacks) const {
  std::vector<OriginStack> origin;
  for (const auto& [count, id] : stacks) {
    const auto found = known_.find({pid, id});
    if (found == known_.end() || !found->second) return {};  // all at once, or the ledger would keep the half
    if (!found->second->empty()) origin.push_back({count, *found->second});
  }
  return origin;
}

}  // namespace sockwarden
