#include "agent/publish/api.h"
#include "agent/publish/query.h"
#include "agent/publish/timeout_json.h"

namespace sockwarden {

Response api_timeouts(const Request& request, const Published& published) {
  const auto query = Query::of(request, {});
  if (!query) return api_error(400, query.error());
  Json rows = Json::array();
  for (const EffectiveTimeout& timeout : published.timeouts) rows.push_back(to_json(timeout));
  Json data;
  data["timeouts"] = std::move(rows);
  return api_success(data);
}

}  // namespace sockwarden
