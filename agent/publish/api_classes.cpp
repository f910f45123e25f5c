#include "agent/detect/finding_class.h"
#include "agent/detect/pages.h"
#include "agent/publish/api.h"
#include "agent/publish/query.h"

namespace sockwarden {

Response api_classes(const Request& request) {
  const auto query = Query::of(request, {});
  if (!query) return api_error(400, query.error());
  Json rows = Json::array();
  for (const Page& page : pages()) {
    const FindingClass* known = finding_class(page.class_name);
    rows.push_back({{"class", page.class_name}, {"title", known->title}, {"page", page.text}});
  }
  return api_success({{"classes", std::move(rows)}});
}

}  // namespace sockwarden
