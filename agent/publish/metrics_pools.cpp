#include <set>

#include "agent/model/pool_advice.h"
#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

/// As the endpoints of the same program are named: what has no row of its own there is "other" here.
std::set<std::pair<Identity, std::string>> named_endpoints(const Model& model) {
  std::set<std::pair<Identity, std::string>> named;
  for (const EndpointRow& row : model.endpoint_rows)
    if (row.role == Role::client) named.emplace(row.identity, row.endpoint);
  return named;
}

}  // namespace

void add_pool_metrics(MetricSet& set, const Published& published) {
  auto& connections = set.gauge("sockwarden_pool_connections", "Connections of a client's pool, by state.");
  auto& peak = set.gauge("sockwarden_pool_peak_connections",
                         "Most connections open at once in a process, in the last ten minutes.", Merge::highest);
  auto& needed = set.gauge("sockwarden_pool_needed_connections",
                           "Most connections in use at once in a process, in the last ten minutes.", Merge::highest);
  auto& kept =
      set.gauge("sockwarden_pool_kept_idle_connections",
                "Idle connections that the pool keeps at the most, where it throws others away.", Merge::lowest);
  auto& idle_limit =
      set.gauge("sockwarden_pool_idle_limit_seconds",
                "Idle time after which connections are closed, as observed, by who closes.", Merge::lowest);
  auto& lifetime = set.gauge("sockwarden_pool_lifetime_limit_seconds",
                             "Age at which the program closes connections, as observed.", Merge::lowest);
  auto& text = set.gauge("sockwarden_pool_text_statements_ratio",
                         "Share of a database's statements that are sent as text.", Merge::highest);
  const auto named = named_endpoints(published.model);
  for (const PoolFigures& pool : published.pools) {
    const Process* process = published.model.process_of_serial(pool.key.process);
    if (process == nullptr) continue;
    const std::string remote = pool.key.remote.string();
    const Labels endpoint{{"server_address", named.contains({process->identity, remote}) ? remote : "other"}};
    const auto labels = [&](Labels more = {}) {
      more.insert(more.begin(), endpoint.begin(), endpoint.end());
      return labels_of(process->identity, std::move(more));
    };
    const auto seconds = [](std::chrono::milliseconds limit) { return std::chrono::duration<double>(limit).count(); };
    connections.add(labels({{"state", "in_use"}}), static_cast<double>(pool.in_use));
    connections.add(labels({{"state", "idle"}}), static_cast<double>(pool.idle));
    peak.add(labels(), static_cast<double>(pool.peak_open.recent()));
    needed.add(labels(), static_cast<double>(needed_connections(pool)));
    if (pool.kept_idle) kept.add(labels(), static_cast<double>(*pool.kept_idle));
    if (pool.idle_limit) idle_limit.add(labels({{"closed_by", "own"}}), seconds(*pool.idle_limit));
    if (pool.peer_idle_limit) idle_limit.add(labels({{"closed_by", "peer"}}), seconds(*pool.peer_idle_limit));
    if (pool.lifetime_limit) lifetime.add(labels(), seconds(*pool.lifetime_limit));
    if (const auto share = text_share(pool)) text.add(labels(), *share);
  }
}

}  // namespace sockwarden
