#include "agent/publish/running_totals.h"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/publish/listener_keys.h"

namespace sockwarden {
namespace {

/// Identities come and go on a host of short-lived containers; beyond this many, new ones share one row.
constexpr std::size_t finding_rows_limit = 512;

template <typename Number>
Number growth(Number before, Number now) {
  return now >= before ? now - before : now;
}

}  // namespace

void RunningTotals::observe(Published& published) {
  observe_findings(published);
  observe_listeners(published);
  fold_findings(published);
  for (const auto& [key, total] : finding_totals_) published.finding_totals[key] = total.count;
  published.listener_drops = listener_drops_;
}

void RunningTotals::observe_findings(const Published& published) {
  std::map<std::string, std::uint64_t> seen;
  for (const auto& entry : published.findings) {
    FindingKey key{entry.finding.class_name, entry.finding.qualifier, entry.process.identity};
    const bool full = finding_totals_.size() >= finding_rows_limit && finding_totals_.count(key) == 0;
    if (full) key.identity = other_identity();
    const auto before = finding_seen_.find(entry.id);
    FindingTotal& total = finding_totals_[key];
    total.count += growth(before == finding_seen_.end() ? 0 : before->second, entry.total);
    total.seen = published.model.time;
    seen[entry.id] = entry.total;
  }
  finding_seen_ = std::move(seen);
}

/// Those of programs that are gone: as their other series, they leave after the retention and are summed.
void RunningTotals::fold_findings(const Published& published) {
  const Instant now = published.model.time;
  const auto is_old = [&](const auto& row) { return now - row.second.seen >= published.retention; };
  if (std::none_of(finding_totals_.begin(), finding_totals_.end(), is_old)) return;
  std::set<Identity> alive{other_identity()};
  for (const auto& [serial, process] : published.model.processes) alive.insert(process.identity);
  std::map<FindingKey, FindingTotal> kept;
  for (const auto& row : finding_totals_) {
    FindingKey key = row.first;
    if (is_old(row) && !alive.contains(key.identity)) key.identity = other_identity();
    FindingTotal& total = kept[key];
    total.count += row.second.count;
    total.seen = std::max(total.seen, row.second.seen);
  }
  finding_totals_ = std::move(kept);
}

void RunningTotals::observe_listeners(const Published& published) {
  const auto keys = listener_keys(published.model);
  std::map<std::uint64_t, std::uint32_t> seen;
  std::set<ListenerKey> alive;
  for (const auto& connection : published.model.connections) {
    const auto key = keys.find(connection.id);
    if (key == keys.end()) continue;
    const std::uint32_t drops = connection.accept_queue.drops;
    const auto before = drops_seen_.find(connection.id);
    listener_drops_[key->second] += growth(before == drops_seen_.end() ? 0 : before->second, drops);
    seen[connection.id] = drops;
    alive.insert(key->second);
  }
  std::erase_if(listener_drops_, [&](const auto& row) { return alive.count(row.first) == 0; });
  drops_seen_ = std::move(seen);
}

}  // namespace sockwarden
