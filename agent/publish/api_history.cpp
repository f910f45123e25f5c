#include <algorithm>
#include <map>
#include <utility>

#include "agent/publish/api.h"
#include "agent/publish/gzip.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

using Moments = std::vector<std::shared_ptr<const Moment>>;

constexpr std::uint32_t latest_time = ~0U;  // in seconds since 1970, the year 2106
constexpr std::uint32_t points_limit = 3600;
constexpr std::uint32_t default_points = 360;
/// Of pools, points of all series of an answer. The page asks for 60 a pool, and for all of one.
constexpr std::size_t pool_points_limit = 60'000;

struct Filter {
  std::optional<std::uint32_t> pid;
  std::optional<std::string> remote;
};

/// At most so many, evenly, the newest among them.
Moments thinned(Moments all, std::size_t most) {
  if (all.size() <= most || most == 0) return all;
  Moments kept;
  for (std::size_t i = 1; i <= most; ++i) kept.push_back(all[i * all.size() / most - 1]);
  return kept;
}

/// Of as many pools as the limit allows, those that were seen last.
Json pools_json(const Moments& moments, const Filter& filter) {
  struct Series {
    Json open, in_use, idle, thrown_away;
  };
  const Json none(std::vector<std::nullptr_t>(moments.size()));
  std::map<std::pair<std::uint32_t, Address>, Series> pools;
  const std::size_t most = pool_points_limit / std::max<std::size_t>(1, moments.size());
  for (std::size_t i = moments.size(); i-- > 0;) {
    for (const PoolPoint& point : moments[i]->pools) {
      if ((filter.pid && point.pid != *filter.pid) || (filter.remote && point.remote.string() != *filter.remote))
        continue;
      auto found = pools.find({point.pid, point.remote});
      if (found == pools.end()) {
        if (pools.size() >= most) continue;
        found = pools.emplace(std::pair(point.pid, point.remote), Series{none, none, none, none}).first;
      }
      Series& series = found->second;
      series.open[i] = point.open;
      series.in_use[i] = point.in_use;
      series.idle[i] = point.idle;
      series.thrown_away[i] = point.thrown_away;
    }
  }
  Json rows = Json::array();
  for (auto& [key, series] : pools)
    rows.push_back({{"pid", key.first},
                    {"remote", key.second.string()},
                    {"open", std::move(series.open)},
                    {"in_use", std::move(series.in_use)},
                    {"idle", std::move(series.idle)},
                    {"thrown_away", std::move(series.thrown_away)}});
  return rows;
}

Json series_json(const Moments& moments) {
  Json json;
  for (const auto* name : {"times", "connections", "scan_seconds", "critical", "warning", "info"})
    json[name] = Json::array();
  const auto of = [](const Moment& moment, Severity severity) {
    return moment.findings[static_cast<std::size_t>(severity)];
  };
  for (const auto& moment : moments) {
    json["times"].push_back(std::chrono::duration<double>(moment->time.time_since_epoch()).count());
    json["connections"].push_back(moment->connections);
    json["scan_seconds"].push_back(json_of(moment->scan));
    for (const auto severity : {Severity::critical, Severity::warning, Severity::info})
      json[name_of(severity)].push_back(of(*moment, severity));
  }
  return json;
}

Response moment_at(const History& history, std::uint32_t seconds) {
  const auto moment = history.at(WallTime(std::chrono::seconds(seconds)));
  const auto detail = moment ? gunzip(moment->detail) : std::nullopt;
  if (!detail) return api_error(404, "nothing is kept of this time");
  Response response = api_success(nullptr);
  response.body = R"({"status":"success","data":)" + *detail + "}\n";
  return response;
}

}  // namespace

Response api_history(const Request& request, const Snapshot& snapshot) {
  const auto query = Query::of(request, {"at", "points", "pools", "pid", "remote"});
  if (!query) return api_error(400, query.error());
  const auto at = query->number("at", latest_time);
  if (!at) return api_error(400, at.error());
  const auto points = query->number("points", points_limit);
  if (!points) return api_error(400, points.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return api_error(400, pid.error());
  const auto pools = query->word("pools", {"all", "none"});
  if (!pools) return api_error(400, pools.error());

  const History& history = snapshot.history();
  if (*at) return moment_at(history, **at);
  const Moments moments = thinned(history.moments(), points->value_or(default_points));
  Json data = series_json(moments);
  data["bytes"] = history.bytes();
  data["bytes_limit"] = history.limits().bytes;
  if (pools->value_or(*pid ? "all" : "none") == "all")
    data["pools"] = pools_json(moments, {*pid, query->text("remote")});
  return api_success(data);
}

}  // namespace sockwarden
