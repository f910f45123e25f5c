#include "agent/proc/process_facts_cache.h"

#include "agent/proc/process_facts.h"

namespace sockwarden {
namespace {

// Titles get rewritten and processes moved to another cgroup without an exec: look again now and then, each in its
// exchange.
constexpr std::uint64_t scans_between_full_reads = 32;

}  // namespace

std::unordered_map<std::uint32_t, ProcessFacts> ProcessFactsCache::scan(const std::vector<std::uint32_t>& pids) {
  ++scan_;
  paths_.begin_scan();
  std::unordered_map<std::uint32_t, ProcessFacts> facts;
  for (const auto pid : pids) {
    if (pid == 0 || facts.contains(pid)) continue;
    const auto last = kept_.find(pid);
    auto now = read(pid, last == kept_.end() ? nullptr : &last->second);
    if (!now) continue;
    facts.emplace(pid, now->facts);
    if (last != kept_.end()) {
      last->second = std::move(*now);
    } else if (kept_.size() < capacity_) {
      kept_.emplace(pid, std::move(*now));
    }
  }
  std::erase_if(kept_, [&](const auto& entry) { return entry.second.scan != scan_; });
  return facts;
}

std::size_t ProcessFactsCache::bytes() const {
  std::size_t bytes = 0;
  for (const auto& [pid, kept] : kept_) bytes += sizeof(kept) + bytes_of_texts(kept.facts);
  return bytes;
}

std::optional<ProcessFactsCache::Kept> ProcessFactsCache::read(std::uint32_t pid, const Kept* last) const {
  const OwnedFd process = open_process(pid);
  if (!process) return std::nullopt;
  const auto stat = read_stat(process.get());
  if (!stat) return std::nullopt;
  const bool same = last != nullptr && last->facts.start_ticks == stat->start_ticks && last->image == stat->image &&
                    last->facts.comm == stat->comm && (scan_ + pid) % scans_between_full_reads != 0;
  Kept now;
  if (same) now.facts = last->facts;
  now.image = stat->image;
  now.scan = scan_;
  now.facts.pid = pid;
  now.facts.parent_pid = stat->parent_pid;
  now.facts.start_ticks = stat->start_ticks;
  now.facts.comm = stat->comm;
  if (!same) read_fixed_facts(process.get(), now.facts);
  read_moving_facts(process.get(), now.facts);
  return now;
}

}  // namespace sockwarden
