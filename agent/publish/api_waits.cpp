#include <algorithm>
#include <vector>

#include "agent/publish/api.h"
#include "agent/publish/name_filter.h"
#include "agent/publish/query.h"
#include "agent/publish/wait_json.h"

namespace sockwarden {
namespace {

bool is_verdict(const std::string& name) {
  return name == name_of(WaitVerdict::limited) || name == name_of(WaitVerdict::unproven) ||
         name == name_of(WaitVerdict::proven);
}

}  // namespace

Response api_waits(const Request& request, const Published& published) {
  const auto query = Query::of(request, {"pid", "comm", "service", "verdict"});
  if (!query) return api_error(400, query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return api_error(400, pid.error());
  const NameFilter name(*query);
  const auto verdict = query->text("verdict");
  if (verdict && !is_verdict(*verdict)) return api_error(400, "verdict is limited, unproven or proven");

  std::vector<const ObservedWait*> waits;
  for (const ObservedWait& wait : published.waits) {
    if ((*pid && wait.pid != **pid) || !name.matches(wait.identity)) continue;
    if (!verdict || name_of(wait.verdict) == *verdict) waits.push_back(&wait);
  }
  std::sort(waits.begin(), waits.end(), [](const auto* a, const auto* b) { return a->waited > b->waited; });
  RowsAnswer answer;
  for (std::size_t row = 0; row < std::min<std::size_t>(rows_of_page, waits.size()); ++row)
    answer.add(to_json(*waits[row]));
  return answer.with({{"time", rfc3339(published.model.wall)}, {"matching", waits.size()}}, "waits");
}

}  // namespace sockwarden
