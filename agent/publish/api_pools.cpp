#include <algorithm>
#include <tuple>

#include "agent/publish/api.h"
#include "agent/publish/pool_json.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

constexpr std::uint32_t pid_limit = 1U << 22U;  // PID_MAX_LIMIT

}  // namespace

Response api_pools(const Request& request, const Published& published) {
  const auto query = Query::of(request, {"pid", "comm"});
  if (!query) return api_error(400, query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return api_error(400, pid.error());
  const auto comm = query->text("comm");

  std::vector<std::tuple<std::uint32_t, std::string, Json>> rows;
  for (const PoolFigures& pool : published.pools) {
    const Process* process = published.model.process_of_serial(pool.key.process);
    if (process == nullptr || (*pid && process->pid != **pid)) continue;
    if (comm && process->identity.comm != *comm) continue;
    rows.emplace_back(process->pid, pool.key.remote.string(), to_json(pool, *process));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["pools"] = Json::array();
  for (auto& row : rows) data["pools"].push_back(std::move(std::get<2>(row)));
  return api_success(data);
}

}  // namespace sockwarden
