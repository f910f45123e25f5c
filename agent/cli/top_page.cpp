#include "agent/cli/top_page.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "agent/cli/connection_row.h"
#include "agent/cli/connection_table.h"
#include "agent/cli/display.h"
#include "agent/cli/findings_text.h"
#include "agent/cli/json_cells.h"
#include "agent/cli/query_text.h"

namespace sockwarden {
namespace {

/// Beyond this many rows nobody scrolls; the agent answers at most as many at once.
constexpr const char* most_rows = "1000";

std::string raw_word(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

int severity_of(const Json& finding) {
  const std::string severity = raw_word(finding, "severity");
  return severity == "critical" ? 3 : severity == "warning" ? 2 : severity == "info" ? 1 : 0;
}

/// Cells whose whole text is a number are sorted as one, durations by what the API says.
double as_number(const std::string& cell) {
  double value = -1;
  const char* const end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, value);
  return error == std::errc() && stop == end ? value : -1;
}

TopRow row(std::vector<std::string> cells, int severity, std::optional<TopPlace> inside) {
  TopRow made{.cells = std::move(cells), .severity = severity, .inside = std::move(inside)};
  for (const std::string& cell : made.cells) made.sort_by.push_back(as_number(cell));
  return made;
}

bool concerns(const Json& finding, const TopPlace& place) {
  const Json& process = member(finding, "process");
  const Json& endpoint = member(finding, "endpoint");
  if (!place.service.empty() && raw_word(process, "service") != place.service) return false;
  if (place.pid != 0 && member(process, "pid") != place.pid) return false;
  return place.remote.empty() || raw_word(endpoint, "remote") == place.remote ||
         raw_word(endpoint, "local") == place.remote;
}

const Json& rows_of(const Json& answer, const char* key) {
  static const Json none = Json::array();
  const Json& rows = member(answer, key);
  return rows.is_array() ? rows : none;
}

/// The worst of those that concern it, and how many they are.
std::pair<int, std::size_t> worst(const Json& findings, const TopPlace& place) {
  std::pair<int, std::size_t> of{0, 0};
  for (const Json& finding : rows_of(findings, "findings")) {
    if (!concerns(finding, place)) continue;
    of.first = std::max(of.first, severity_of(finding));
    ++of.second;
  }
  return of;
}

std::string percent(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number()) return "-";
  return std::to_string(std::lround(value.get<double>() * 100));
}

/// Its name, where one is known.
std::string server_of(const Json& pool) {
  const std::string name = word_cell(pool, "name");
  return name != "-" ? name : word_cell(pool, "remote");
}

TopPlace pools_place(const std::string& service) { return {.view = TopView::pools, .service = service}; }

TopPlace connections_place(const Json& pool) {
  const Json& process = member(pool, "process");
  return {.view = TopView::connections,
          .service = raw_word(process, "service"),
          .pid = member(process, "pid").is_number() ? member(process, "pid").get<std::uint32_t>() : 0,
          .remote = raw_word(pool, "remote")};
}

TopPage services_page(const TopPlace& place, const std::vector<Json>& answers) {
  TopPage page{.title = "Services"};
  page.columns = {
      {.title = "SERVICE", .least = 16, .importance = 9}, {.title = "FINDINGS", .right = true, .importance = 9},
      {.title = "PROCS", .right = true, .importance = 5}, {.title = "OUT", .right = true, .importance = 8},
      {.title = "IN", .right = true, .importance = 8},    {.title = "FDS", .right = true, .importance = 6},
      {.title = "FDS%", .right = true, .importance = 7}};
  std::map<std::string, std::vector<const Json*>> pools;
  if (place.tree) {
    for (const Json& pool : rows_of(answers[2], "pools"))
      pools[raw_word(member(pool, "process"), "service")].push_back(&pool);
  }
  for (const Json& service : rows_of(answers[0], "services")) {
    const Json& process = member(service, "process");
    const TopPlace inside = pools_place(raw_word(process, "service"));
    const auto [severity, count] = worst(answers[1], inside);
    page.rows.push_back(row({service_cell(process), std::to_string(count), number_cell(service, "processes"),
                             number_cell(service, "outgoing"), number_cell(service, "incoming"),
                             number_cell(service, "descriptors"), percent(service, "descriptors_used_ratio")},
                            severity, inside));
    page.rows.back().weight = std::max(0.0, page.rows.back().sort_by[3]) + std::max(0.0, page.rows.back().sort_by[4]);
    // Services in several units share a name: their pools stand below the first.
    const auto below = pools.find(inside.service);
    if (below == pools.end()) continue;
    for (const Json* pool : below->second) {
      const TopPlace connections = connections_place(*pool);
      const auto [pool_severity, pool_count] = worst(answers[1], connections);
      page.rows.push_back({.cells = {"  to " + server_of(*pool) + ", pid " + std::to_string(connections.pid),
                                     std::to_string(pool_count), "-", number_cell(*pool, "open"), "-", "-", "-"},
                           .severity = pool_severity,
                           .inside = connections});
    }
    pools.erase(below);
  }
  return page;
}

TopPage pools_page(const TopPlace& place, const std::vector<Json>& answers) {
  TopPage page{.title = place.service.empty() ? "Pools" : printable(place.service)};
  page.columns = {
      {.title = "PID", .right = true, .importance = 8},    {.title = "SERVICE", .least = 8, .importance = 6},
      {.title = "SERVER", .least = 14, .importance = 9},   {.title = "FINDINGS", .right = true, .importance = 9},
      {.title = "OPEN", .right = true, .importance = 8},   {.title = "USED", .right = true, .importance = 8},
      {.title = "PEAK", .right = true, .importance = 5},   {.title = "OPEN/S", .right = true, .importance = 7},
      {.title = "EXCH/C", .right = true, .importance = 6}, {.title = "THROWN", .right = true, .importance = 4}};
  for (const Json& pool : rows_of(answers[0], "pools")) {
    const TopPlace inside = connections_place(pool);
    const auto [severity, count] = worst(answers[1], inside);
    page.rows.push_back(
        row({number_cell(member(pool, "process"), "pid"), service_cell(member(pool, "process")), server_of(pool),
             std::to_string(count), number_cell(pool, "open"), number_cell(pool, "in_use"),
             number_cell(pool, "peak_open"), number_cell(pool, "opened_per_second"),
             number_cell(pool, "exchanges_per_connection"), number_cell(pool, "thrown_away")},
            severity, inside));
  }
  for (const Json& endpoint : rows_of(answers[2], "endpoints")) {
    if (member(endpoint, "open") == 0) continue;
    TopPlace inside{.view = TopView::connections, .service = raw_word(member(endpoint, "process"), "service")};
    inside.role = "server";
    page.rows.push_back(
        row({"-", service_cell(member(endpoint, "process")), "on " + word_cell(endpoint, "server_address"), "-",
             number_cell(endpoint, "open"), "-", "-", "-", "-", "-"},
            0, inside));
  }
  return page;
}

TopPage connections_page(const TopPlace& place, const std::vector<Json>& answers) {
  TopPage page{.title = place.remote.empty() ? "Connections" : "to " + printable(place.remote)};
  page.columns = {{.title = "SERVICE", .least = 8, .importance = 5},
                  {.title = "PID", .right = true, .importance = 8},
                  {.title = "FD", .right = true, .importance = 8},
                  {.title = "ROLE", .importance = 6},
                  {.title = "STATE", .importance = 9},
                  {.title = "LOCAL", .least = 15, .importance = 3, .keep_end = true},
                  {.title = "REMOTE", .least = 15, .importance = 9, .keep_end = true},
                  {.title = "AGE", .right = true, .importance = 7},
                  {.title = "IDLE", .right = true, .importance = 8},
                  {.title = "EXCH", .right = true, .importance = 6},
                  {.title = "UNREAD", .right = true, .importance = 4}};
  const std::string time = raw_word(answers[0], "time");
  for (const Json& connection : rows_of(answers[0], "connections")) {
    const ConnectionRow read = row_of(connection, time);
    const auto duration = [](const auto& of) { return of ? short_duration(*of) : std::string("-"); };
    const auto millis = [](const auto& of) { return of ? static_cast<double>(of->count()) : -1; };
    TopRow made = row(
        {read.service.empty() ? "-" : printable(read.service), read.pid ? std::to_string(*read.pid) : "-",
         read.fd ? std::to_string(*read.fd) : "-", read.role == "listener" ? "listen" : printable(read.role),
         printable(short_state(read.state)), printable(read.local), read.remote.empty() ? "-" : printable(read.remote),
         duration(read.age), duration(read.idle), std::to_string(read.exchanges), std::to_string(read.unread_bytes)},
        0,
        TopPlace{.view = TopView::connection,
                 .service = read.service,
                 .pid = read.pid.value_or(0),
                 .remote = read.remote,
                 .id = number_cell(connection, "id")});
    made.sort_by[7] = millis(read.age);
    made.sort_by[8] = millis(read.idle);
    page.rows.push_back(std::move(made));
  }
  return page;
}

TopPage findings_page(const std::vector<Json>& answers) {
  TopPage page{.title = "Findings"};
  page.columns = {{.title = "SEVERITY", .importance = 8},
                  {.title = "CONFIDENCE", .importance = 7},
                  {.title = "FINDING", .least = 20, .importance = 9},
                  {.title = "SERVICE", .least = 8, .importance = 8},
                  {.title = "PID", .right = true, .importance = 6},
                  {.title = "ENDPOINT", .least = 14, .importance = 7, .keep_end = true},
                  {.title = "COUNT", .right = true, .importance = 7}};
  for (const Json& finding : rows_of(answers[0], "findings")) {
    const Json& endpoint = member(finding, "endpoint");
    const std::string remote = word_cell(endpoint, "remote");
    TopRow made = row(
        {word_cell(finding, "severity"), word_cell(finding, "confidence"), printable(title_of(finding)),
         service_cell(member(finding, "process")), number_cell(member(finding, "process"), "pid"),
         remote == "-" ? word_cell(endpoint, "local") : remote, number_cell(finding, "count")},
        severity_of(finding),
        TopPlace{.view = TopView::finding, .id = raw_word(finding, "id"), .class_name = raw_word(finding, "class")});
    made.sort_by[0] = severity_of(finding);
    made.weight = raw_word(finding, "confidence") == "proven" ? 1 : 0;
    page.rows.push_back(std::move(made));
  }
  return page;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return printable(value.get<std::string>());
  if (value.is_null()) return "-";
  if (!value.is_array()) return printable(text_of(value));
  std::string text;
  for (const Json& one : value) text += (text.empty() ? "" : ", ") + value_text(one);
  return text.empty() ? "-" : text;
}

/// Every member on a line of its own, those of objects below each other.
std::string members_text(const Json& object, const std::string& prefix, std::size_t width) {
  constexpr std::size_t names = 26;
  std::string text;
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      text += members_text(value, prefix + key + ".", width);
      continue;
    }
    std::string name = prefix + key;
    name.resize(std::max(names, name.size() + 1), ' ');
    text += cut(name + value_text(value), width) + "\n";
  }
  return text;
}

TopPage connection_page(const TopPlace& place, const std::vector<Json>& answers, std::size_t width) {
  TopPage page{.title = "Connection " + place.id};
  for (const Json& connection : rows_of(answers[0], "connections"))
    if (number_cell(connection, "id") == place.id) page.text = members_text(connection, "", width);
  if (page.text.empty()) page.text = "It is gone, or stands beyond the first 1,000 of this process and server.\n";
  Json of_it = Json::array();
  for (const Json& finding : rows_of(answers[1], "findings"))
    if (!place.remote.empty() && concerns(finding, place)) of_it.push_back(finding);
  if (!of_it.empty()) page.text += "\nFindings of this process and server\n\n" + findings_text(of_it, width);
  return page;
}

TopPage finding_page(const TopPlace& place, const std::vector<Json>& answers, std::size_t width) {
  TopPage page{.title = place.class_name};
  Json of_it = Json::array();
  for (const Json& finding : rows_of(answers[0], "findings"))
    if (raw_word(finding, "id") == place.id) of_it.push_back(finding);
  page.text = of_it.empty() ? "It is no longer kept.\n" : findings_text(of_it, width);
  return page;
}

std::string connections_question(const TopPlace& place) {
  return "/api/v1/connections" + query_text({{"limit", most_rows},
                                             {"pid", place.pid == 0 ? "" : std::to_string(place.pid)},
                                             {"service", place.pid == 0 ? place.service : ""},
                                             {"remote", place.remote},
                                             {"role", place.role}});
}

}  // namespace

std::vector<std::string> questions_of(const TopPlace& place) {
  const std::string findings = "/api/v1/findings?state=active";
  const std::string pools = "/api/v1/pools" + query_text({{"limit", most_rows}, {"service", place.service}});
  switch (place.view) {
    case TopView::services:
      if (place.tree) return {"/api/v1/services", findings, pools};
      return {"/api/v1/services", findings};
    case TopView::pools: {
      const std::string endpoints = query_text({{"role", "server"}, {"limit", most_rows}, {"service", place.service}});
      return {pools, findings, "/api/v1/endpoints" + endpoints};
    }
    case TopView::connections:
    case TopView::connection:
      return {connections_question(place), findings};
    case TopView::findings:
      return {findings};
    case TopView::finding:
      return {"/api/v1/findings?state=all"};
  }
  return {};
}

TopPage page_of(const TopPlace& place, const std::vector<Json>& answers, std::size_t width) {
  switch (place.view) {
    case TopView::services:
      return services_page(place, answers);
    case TopView::pools:
      return pools_page(place, answers);
    case TopView::connections:
      return connections_page(place, answers);
    case TopView::connection:
      return connection_page(place, answers, width);
    case TopView::findings:
      return findings_page(answers);
    case TopView::finding:
      return finding_page(place, answers, width);
  }
  return {};
}

}  // namespace sockwarden
