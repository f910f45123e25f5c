#include "agent/publish/metrics.h"

namespace sockwarden {

void add_metrics(MetricSet& set, const Published* published, const ScanHealth& health, const WebUse& use,
                 const ProcessUsage& usage) {
  if (published != nullptr) {
    set.section("Connections");
    add_endpoint_metrics(set, published->model);
    add_connection_metrics(set, published->model);
    set.section(
        "Distributions, one a process and role",
        "Buckets are powers of two; those of latencies reach from 128 µs to nine minutes. A histogram appears with its "
        "first observation. The 12 identities and roles with most observations have histograms of their own; those of "
        "the others are summed in `comm=\"other\"`, until one is four times as busy as the least of the 12 and takes "
        "its place. What was summed there stays there, so that no counter ever falls.");
    add_distribution_metrics(set, published->model);
    set.section("Options, listeners, descriptors");
    add_option_metrics(set, published->model);
    add_listener_metrics(set, *published);
    add_descriptor_metrics(set, published->model);
    set.section("Pools");
    add_pool_metrics(set, *published);
    set.section("Findings");
    add_finding_metrics(set, *published);
    add_wait_metrics(set, *published);
    set.section("The agent itself");
    add_agent_metrics(set, *published);
  }
  add_scan_metrics(set, health);
  add_build_metrics(set);
  add_web_metrics(set, use);
  add_process_metrics(set, usage);
}

std::vector<prometheus::MetricFamily> metric_families(const Published* published, const ScanHealth& health,
                                                      const WebUse& use, const ProcessUsage& usage) {
  MetricSet set(published != nullptr ? published->config.without_labels : std::vector<std::string>());
  add_metrics(set, published, health, use, usage);
  return set.families();
}

}  // namespace sockwarden
