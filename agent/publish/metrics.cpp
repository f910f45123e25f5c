#include "agent/publish/metrics.h"

namespace sockwarden {

std::vector<prometheus::MetricFamily> metric_families(const Published* published, const ScanHealth& health,
                                                      const WebUse& use, const ProcessUsage& usage) {
  MetricSet set;
  if (published != nullptr) {
    add_endpoint_metrics(set, published->model);
    add_connection_metrics(set, published->model);
    add_distribution_metrics(set, published->model);
    add_option_metrics(set, published->model);
    add_listener_metrics(set, *published);
    add_descriptor_metrics(set, published->model);
    add_pool_metrics(set, *published);
    add_finding_metrics(set, *published);
    add_agent_metrics(set, *published);
  }
  add_scan_metrics(set, health);
  add_build_metrics(set);
  add_web_metrics(set, use);
  add_process_metrics(set, usage);
  return set.families();
}

}  // namespace sockwarden
