#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "agent/detect/finding_class.h"
#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

Labels labels_of(const std::string& class_name, const std::string& qualifier, const Identity& identity) {
  return labels_of(identity, {{"class", class_name}, {"qualifier", qualifier}});
}

using EndpointNames = std::set<std::tuple<Identity, Role, std::string>>;

EndpointNames endpoint_names(const Model& model) {
  EndpointNames names;
  for (const auto& row : model.endpoint_rows) names.emplace(row.identity, row.role, row.endpoint);
  return names;
}

/// An endpoint whose connections are summed in `other` is `other` here too, so that the label stays bounded.
std::string endpoint_of(const Finding& finding, const Identity& identity, const EndpointNames& names) {
  const auto& own = finding.role == Role::client ? finding.remote : finding.local;
  const auto shown = [&](const std::string& name) { return names.contains({identity, finding.role, name}); };
  return !own.empty() && !shown(own) && shown("other") ? "other" : own;
}

}  // namespace

void add_finding_metrics(MetricSet& set, const Published& published) {
  auto& now =
      set.gauge({"sockwarden_findings", "identity, class, qualifier, confidence, severity, role, server_address",
                 "subjects", "Connections, descriptors or requests that active findings cover now.",
                 "0 while a resolved one is kept, or one that is muted."});
  auto& muted = set.gauge({"sockwarden_findings_muted",
                           "identity, class, qualifier, confidence, severity, role, server_address", "subjects",
                           "Connections, descriptors or requests that active findings cover now which the "
                           "configuration mutes.",
                           "That is `findings.mute`."});
  auto& total = set.counter({"sockwarden_finding_subjects_total", "identity, class, qualifier", "subjects",
                             "Connections, descriptors or requests covered by findings since the agent started.",
                             "Every class has a series of no identity with 0 from the start."});
  const auto names = endpoint_names(published.model);
  for (const auto& entry : published.findings) {
    const auto& finding = entry.finding;
    const auto& identity = entry.process.identity;
    Labels labels = labels_of(finding.class_name, finding.qualifier, identity);
    labels.push_back({"confidence", name_of(finding.confidence)});
    labels.push_back({"severity", name_of(finding.severity)});
    labels.push_back({"role", name_of(finding.role)});
    labels.push_back({"server_address", endpoint_of(finding, identity, names)});
    const auto count = static_cast<double>(finding.count);
    if (entry.active && entry.muted) muted.add(labels, count);
    now.add(std::move(labels), entry.calls() ? count : 0);
  }
  // Each class at 0 for no process in particular, so that a sum by class is there before the first finding.
  for (const FindingClass& one : finding_classes()) total.add(labels_of(std::string(one.name), "", Identity{}), 0);
  for (const auto& [key, count] : published.finding_totals) {
    total.add(labels_of(key.class_name, key.qualifier, key.identity), static_cast<double>(count));
  }
}

}  // namespace sockwarden
