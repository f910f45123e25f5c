// One function a group of metrics. metrics.md is made of what they say: SOCKWARDEN_UPDATE_GOLDEN=1 unit_publish writes
// it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "agent/publish/metric_set.h"
#include "agent/publish/process_usage.h"
#include "agent/publish/published.h"
#include "agent/publish/scan_health.h"

namespace sockwarden {

/// How the web server itself fares.
struct WebUse {
  std::uint64_t scrapes = 0;
  double scrape_seconds = 0;  ///< sum over those scrapes
  bool reload_successful = true;
};

/// Whether series at 0 are shown, so that a rate sees the first of a kind. On a great host a page of zeroes costs more.
[[nodiscard]] bool shows_zeroes(const Model& model);

void add_endpoint_metrics(MetricSet& set, const Model& model);
void add_distribution_metrics(MetricSet& set, const Model& model);
void add_connection_metrics(MetricSet& set, const Model& model);
void add_option_metrics(MetricSet& set, const Model& model);
void add_listener_metrics(MetricSet& set, const Published& published);
void add_descriptor_metrics(MetricSet& set, const Model& model);
void add_pool_metrics(MetricSet& set, const Published& published);
void add_wait_metrics(MetricSet& set, const Published& published);
void add_finding_metrics(MetricSet& set, const Published& published);
void add_agent_metrics(MetricSet& set, const Published& published);
void add_scan_metrics(MetricSet& set, const ScanHealth& health);
void add_build_metrics(MetricSet& set);
void add_web_metrics(MetricSet& set, const WebUse& use);
void add_process_metrics(MetricSet& set, const ProcessUsage& usage);

/// metrics.md: every metric there is, with all that is said of it.
[[nodiscard]] std::string metrics_page();

/// Every metric, under the headings of the page; those of the agent alone before the first good scan (`published`
/// null).
void add_metrics(MetricSet& set, const Published* published, const ScanHealth& health, const WebUse& use,
                 const ProcessUsage& usage);
[[nodiscard]] std::vector<prometheus::MetricFamily> metric_families(const Published* published,
                                                                    const ScanHealth& health, const WebUse& use,
                                                                    const ProcessUsage& usage);

}  // namespace sockwarden
