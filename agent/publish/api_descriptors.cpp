#include <algorithm>
#include <numeric>

#include "agent/publish/api.h"
#include "agent/publish/identity_json.h"
#include "agent/publish/name_filter.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

std::uint64_t open_in(const DescriptorRow& row) {
  return std::accumulate(row.count.begin(), row.count.end(), std::uint64_t{0});
}

Json to_json(const DescriptorRow& row) {
  Json types = Json::object();
  for (std::uint8_t type = 0; type < SW_DESCRIPTOR_COUNT; ++type)
    if (row.count[type] != 0) types[name_of_descriptor(type)] = row.count[type];
  Json process = to_json(row.identity);
  process["pid"] = row.pid;
  return {{"process", std::move(process)},
          {"open", open_in(row)},
          {"limit", row.limit ? Json(*row.limit) : Json(nullptr)},
          {"types", std::move(types)}};
}

}  // namespace

Response api_descriptors(const Request& request, const Published& published) {
  const auto query = Query::of(request, {"pid", "comm", "service", "limit"});
  if (!query) return api_error(400, query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return api_error(400, pid.error());
  const auto limit = query->number("limit", rows_of_page);
  if (!limit) return api_error(400, limit.error());
  const NameFilter name(*query);

  std::vector<const DescriptorRow*> rows;
  for (const DescriptorRow& row : published.model.descriptor_rows) {
    if ((*pid && row.pid != **pid) || !name.matches(row.identity)) continue;
    rows.push_back(&row);
  }
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    const auto open_a = open_in(*a), open_b = open_in(*b);
    return open_a != open_b ? open_a > open_b : a->pid < b->pid;
  });
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["matching"] = rows.size();
  data["descriptors"] = Json::array();
  rows.resize(std::min<std::size_t>(rows.size(), limit->value_or(rows_of_page)));
  for (const auto* row : rows) data["descriptors"].push_back(to_json(*row));
  return api_success(data);
}

}  // namespace sockwarden
