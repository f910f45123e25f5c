#include <algorithm>

#include "agent/publish/ancestry.h"
#include "agent/publish/api.h"
#include "agent/publish/finding_json.h"
#include "agent/publish/name_filter.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

struct Filter {
  std::optional<std::uint64_t> pid;
  NameFilter name;
  std::optional<std::string> class_name;
  std::string state;
};

tl::expected<Filter, std::string> filter_of(const Request& request) {
  const auto query = Query::of(request, {"pid", "comm", "service", "class", "state"});
  if (!query) return tl::unexpected(query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return tl::unexpected(pid.error());
  const auto state = query->word("state", {"active", "resolved", "all"});
  if (!state) return tl::unexpected(state.error());
  return Filter{*pid, NameFilter(*query), query->text("class"), state->value_or("active")};
}

bool matches(const Filter& filter, const LedgerEntry& entry, const Ancestry& ancestry) {
  if (filter.state != "all" && entry.active != (filter.state == "active")) return false;
  if (filter.class_name && entry.finding.class_name != *filter.class_name) return false;
  if (!filter.name.matches(entry.process.identity)) return false;
  return !filter.pid || ancestry.descends(entry.process, static_cast<std::uint32_t>(*filter.pid));
}

}  // namespace

Response api_findings(const Request& request, const Published& published) {
  const auto filter = filter_of(request);
  if (!filter) return api_error(400, filter.error());
  const Ancestry ancestry(published);
  std::vector<const LedgerEntry*> entries;
  for (const auto& entry : published.findings) {
    if (matches(*filter, entry, ancestry)) entries.push_back(&entry);
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto* a, const auto* b) { return a->first_seen > b->first_seen; });
  RowsAnswer answer;
  for (const auto* entry : entries) answer.add(to_json(*entry, request.view));
  Json without_room = Json::array();
  for (const auto& [user, count] : published.findings_without_room)
    without_room.push_back({{"uid", user == unknown_user ? Json(nullptr) : Json(user)}, {"findings", count}});
  return answer.with({{"without_room", std::move(without_room)}}, "findings");
}

}  // namespace sockwarden
