#include <algorithm>

#include "agent/publish/api.h"
#include "agent/publish/identity_json.h"
#include "agent/publish/name_filter.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

const std::vector<std::string> roles{"client", "server"};

std::uint64_t closed_by(const EndpointRow& row, int who) {
  std::uint64_t sum = 0;
  for (const auto count : row.totals.closed[who]) sum += count;
  return sum;
}

Json to_json(const EndpointRow& row) {
  return {{"process", to_json(row.identity)},
          {"role", name_of(row.role)},
          {"server_address", row.endpoint},
          {"open", row.live},
          {"opened", row.totals.opened},
          {"closed",
           {{"own", closed_by(row, SW_CLOSED_BY_OWN)},
            {"peer", closed_by(row, SW_CLOSED_BY_PEER)},
            {"network", closed_by(row, SW_CLOSED_BY_NETWORK)}}}};
}

}  // namespace

Response api_endpoints(const Request& request, const Published& published) {
  const auto query = Query::of(request, {"comm", "service", "role", "limit"});
  if (!query) return api_error(400, query.error());
  const auto role = query->word("role", roles);
  if (!role) return api_error(400, role.error());
  const auto limit = query->number("limit", rows_of_page);
  if (!limit) return api_error(400, limit.error());
  const NameFilter name(*query);

  std::vector<const EndpointRow*> rows;
  for (const EndpointRow& row : published.model.endpoint_rows) {
    if ((*role && **role != name_of(row.role)) || !name.matches(row.identity)) continue;
    rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->live > b->live; });
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["matching"] = rows.size();
  data["endpoints"] = Json::array();
  rows.resize(std::min<std::size_t>(rows.size(), limit->value_or(rows_of_page)));
  for (const auto* row : rows) data["endpoints"].push_back(to_json(*row));
  return api_success(data);
}

}  // namespace sockwarden
