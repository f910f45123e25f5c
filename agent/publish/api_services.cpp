#include <algorithm>
#include <map>
#include <numeric>

#include "agent/publish/api.h"
#include "agent/publish/identity_json.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

struct Service {
  std::uint64_t processes = 0;
  std::uint64_t outgoing = 0, incoming = 0;  ///< connections now, as client and as server
  std::uint64_t descriptors = 0;
  double descriptors_used = 0;  ///< of its limit, the process that is nearest to it
  std::map<std::string, std::uint64_t> findings;
};

using Services = std::map<Identity, Service>;

void add_descriptors(Services& services, const DescriptorRow& row) {
  Service& service = services[row.identity];
  const auto open = std::accumulate(row.count.begin(), row.count.end(), std::uint64_t{0});
  service.descriptors += open;
  ++service.processes;
  if (row.limit && *row.limit != 0) {
    const double used = static_cast<double>(open) / static_cast<double>(*row.limit);
    service.descriptors_used = std::max(service.descriptors_used, used);
  }
}

Services services_of(const Published& published) {
  Services services;
  for (const DescriptorRow& row : published.model.descriptor_rows) add_descriptors(services, row);
  for (const ProcessRow& row : published.model.process_rows) {
    if (row.live == 0) continue;
    if (row.role == Role::client) services[row.identity].outgoing += row.live;
    if (row.role == Role::server) services[row.identity].incoming += row.live;
  }
  for (const LedgerEntry& entry : published.findings)
    if (entry.active)
      ++services[entry.process.identity].findings[entry.muted ? "muted" : name_of(entry.finding.severity)];
  return services;
}

Json to_json(const Identity& identity, const Service& service) {
  return {{"process", to_json(identity)},       {"processes", service.processes},
          {"outgoing", service.outgoing},       {"incoming", service.incoming},
          {"descriptors", service.descriptors}, {"descriptors_used_ratio", service.descriptors_used},
          {"findings", service.findings}};
}

}  // namespace

Response api_services(const Request& request, const Published& published) {
  const auto query = Query::of(request, {});
  if (!query) return api_error(400, query.error());
  Json rows = Json::array();
  for (const auto& [identity, service] : services_of(published)) rows.push_back(to_json(identity, service));
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["services"] = std::move(rows);
  return api_success(data);
}

}  // namespace sockwarden
