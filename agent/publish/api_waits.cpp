#include <algorithm>
#include <vector>

#include "agent/publish/api.h"
#include "agent/publish/query.h"
#include "agent/publish/wait_json.h"

namespace sockwarden {
namespace {

constexpr std::uint32_t pid_limit = 1U << 22U;  // PID_MAX_LIMIT

bool is_verdict(const std::string& name) {
  return name == name_of(WaitVerdict::limited) || name == name_of(WaitVerdict::unproven) ||
         name == name_of(WaitVerdict::proven);
}

}  // namespace

Response api_waits(const Request& request, const Published& published) {
  const auto query = Query::of(request, {"pid", "comm", "verdict"});
  if (!query) return api_error(400, query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return api_error(400, pid.error());
  const auto comm = query->text("comm"), verdict = query->text("verdict");
  if (verdict && !is_verdict(*verdict)) return api_error(400, "verdict is limited, unproven or proven");

  std::vector<ObservedWait> waits = published.waits;
  std::erase_if(waits, [&](const ObservedWait& wait) {
    return (*pid && wait.pid != **pid) || (comm && wait.identity.comm != *comm) ||
           (verdict && name_of(wait.verdict) != *verdict);
  });
  std::sort(waits.begin(), waits.end(), [](const auto& a, const auto& b) { return a.waited > b.waited; });
  Json rows = Json::array();
  for (const ObservedWait& wait : waits) rows.push_back(to_json(wait));
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["waits"] = std::move(rows);
  return api_success(data);
}

}  // namespace sockwarden
