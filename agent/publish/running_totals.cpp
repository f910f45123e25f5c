#include "agent/publish/running_totals.h"

#include <set>
#include <utility>

#include "agent/publish/listener_keys.h"

namespace sockwarden {
namespace {

/// Identities come and go on a host of short-lived containers; beyond this many, new ones share one row.
constexpr std::size_t finding_rows_limit = 4096;

template <typename Number>
Number growth(Number before, Number now) {
  return now >= before ? now - before : now;
}

}  // namespace

void RunningTotals::observe(Published& published) {
  observe_findings(published);
  observe_listeners(published);
  published.finding_totals = finding_totals_;
  published.listener_drops = listener_drops_;
}

void RunningTotals::observe_findings(const Published& published) {
  std::map<std::string, std::uint64_t> seen;
  for (const auto& entry : published.findings) {
    FindingKey key{entry.finding.class_name, entry.finding.qualifier, entry.process.identity};
    const bool full = finding_totals_.size() >= finding_rows_limit && finding_totals_.count(key) == 0;
    if (full) key.identity = {"other", "", ""};
    const auto before = finding_seen_.find(entry.id);
    finding_totals_[key] += growth(before == finding_seen_.end() ? 0 : before->second, entry.total);
    seen[entry.id] = entry.total;
  }
  finding_seen_ = std::move(seen);
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
