#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

Labels labels_of(const std::string& class_name, const std::string& qualifier, const Identity& identity) {
  return labels_of(identity, {{"class", class_name}, {"qualifier", qualifier}});
}

}  // namespace

void add_finding_metrics(MetricSet& set, const Published& published) {
  auto& now = set.gauge("sockwarden_findings", "Connections, descriptors or requests that active findings cover now.");
  auto& total = set.counter("sockwarden_findings_total",
                            "Connections, descriptors or requests covered by findings since the agent started.");
  for (const auto& entry : published.findings) {
    const auto& finding = entry.finding;
    now.add(labels_of(finding.class_name, finding.qualifier, entry.process.identity),
            entry.active ? static_cast<double>(finding.count) : 0);
  }
  for (const auto& [key, count] : published.finding_totals) {
    total.add(labels_of(key.class_name, key.qualifier, key.identity), static_cast<double>(count));
  }
}

}  // namespace sockwarden
