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

struct Families {
  MetricFamilyBuilder& connections;
  MetricFamilyBuilder& peak;
  MetricFamilyBuilder& needed;
  MetricFamilyBuilder& kept;
  MetricFamilyBuilder& idle_limit;
  MetricFamilyBuilder& lifetime;
  MetricFamilyBuilder& text;
};

constexpr std::string_view pool_labels = "identity, server_address";

Families families_in(MetricSet& set) {
  return {
      .connections = set.gauge({"sockwarden_pool_connections", "identity, server_address, state", "connections",
                                "Connections of a client's pool, by state.", "`state`: `in_use`, `idle`."}),
      .peak = set.gauge({"sockwarden_pool_peak_connections", pool_labels, "connections",
                         "Most connections open at once in a process, in the last ten minutes."},
                        Merge::highest),
      .needed = set.gauge({"sockwarden_pool_needed_connections", pool_labels, "connections",
                           "Most connections in use at once in a process, in the last ten minutes.",
                           "So many would have served the same traffic."},
                          Merge::highest),
      .kept = set.gauge({"sockwarden_pool_kept_idle_connections", pool_labels, "connections",
                         "Idle connections that the pool keeps at the most, where it throws others away."},
                        Merge::lowest),
      .idle_limit = set.gauge(
          {"sockwarden_pool_idle_limit_seconds", "identity, server_address, closed_by", "seconds",
           "Idle time after which connections are closed, as observed, by who closes.", "`closed_by`: `own`, `peer`."},
          Merge::lowest),
      .lifetime = set.gauge({"sockwarden_pool_lifetime_limit_seconds", pool_labels, "seconds",
                             "Age at which the program closes connections, as observed."},
                            Merge::lowest),
      .text = set.gauge({"sockwarden_pool_text_statements_ratio", pool_labels, "ratio",
                         "Share of a database's statements that are sent as text."},
                        Merge::highest),
  };
}

double seconds(std::chrono::milliseconds limit) { return std::chrono::duration<double>(limit).count(); }

}  // namespace

void add_pool_metrics(MetricSet& set, const Published& published) {
  const Families families = families_in(set);
  const auto named = named_endpoints(published.model);
  for (const PoolFigures& pool : published.pools) {
    const Process* process = published.model.process_of_serial(pool.key.process);
    const bool is_past = pool.open == 0 && pool.peak_open.recent() == 0;
    if (process == nullptr || is_past) continue;
    const std::string remote = pool.key.remote.string();
    const Labels endpoint{{"server_address", named.contains({process->identity, remote}) ? remote : "other"}};
    const auto labels = [&](Labels more = {}) {
      more.insert(more.begin(), endpoint.begin(), endpoint.end());
      return labels_of(process->identity, std::move(more));
    };
    families.connections.add(labels({{"state", "in_use"}}), static_cast<double>(pool.in_use));
    families.connections.add(labels({{"state", "idle"}}), static_cast<double>(pool.idle));
    families.peak.add(labels(), static_cast<double>(pool.peak_open.recent()));
    families.needed.add(labels(), static_cast<double>(needed_connections(pool)));
    if (pool.kept_idle) families.kept.add(labels(), static_cast<double>(*pool.kept_idle));
    if (pool.idle_limit) families.idle_limit.add(labels({{"closed_by", "own"}}), seconds(*pool.idle_limit));
    if (pool.peer_idle_limit) families.idle_limit.add(labels({{"closed_by", "peer"}}), seconds(*pool.peer_idle_limit));
    if (pool.lifetime_limit) families.lifetime.add(labels(), seconds(*pool.lifetime_limit));
    if (const auto share = text_share(pool)) families.text.add(labels(), *share);
  }
}

}  // namespace sockwarden
