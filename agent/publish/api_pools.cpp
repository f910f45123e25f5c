#include <algorithm>
#include <tuple>

#include "agent/publish/api.h"
#include "agent/publish/name_filter.h"
#include "agent/publish/pool_json.h"
#include "agent/publish/process_of_pid.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

struct Row {
  std::uint32_t pid;
  std::string remote;
  const PoolFigures* pool;
  const Process* process;
  [[nodiscard]] auto order() const { return std::tie(pid, remote); }
};

bool by_pid(const Row& a, const Row& b) { return a.order() < b.order(); }
bool most_open_first(const Row& a, const Row& b) {
  return a.pool->open != b.pool->open ? a.pool->open > b.pool->open : by_pid(a, b);
}

}  // namespace

Response api_pools(const Request& request, const Published& published) {
  const auto query = Query::of(request, {"pid", "comm", "service", "sort", "limit", "offset"});
  if (!query) return api_error(400, query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return api_error(400, pid.error());
  const auto limit = query->number("limit", rows_of_page);
  if (!limit) return api_error(400, limit.error() + "; ask for the rest with offset=");
  const auto offset = query->number("offset", UINT32_MAX);
  if (!offset) return api_error(400, offset.error());
  const auto sort = query->word("sort", {"open"});
  if (!sort) return api_error(400, sort.error());
  const NameFilter name(*query);
  std::optional<ProcessOfPid> process_of_pid;
  if (*pid) process_of_pid.emplace(published, static_cast<std::uint32_t>(**pid));

  std::vector<Row> rows;
  for (const PoolFigures& pool : published.pools) {
    const Process* process = published.model.process_of_serial(pool.key.process);
    if (process == nullptr || (process_of_pid && !process_of_pid->is(*process))) continue;
    if (!name.matches(process->identity)) continue;
    rows.push_back({process->pid, pool.key.remote.string(), &pool, process});
  }
  std::sort(rows.begin(), rows.end(), *sort ? most_open_first : by_pid);
  RowsAnswer answer;
  const std::uint64_t first = std::min<std::uint64_t>(offset->value_or(0), rows.size());
  const std::uint64_t last = std::min<std::uint64_t>(first + limit->value_or(rows_of_page), rows.size());
  for (std::uint64_t row = first; row < last; ++row) answer.add(to_json(*rows[row].pool, *rows[row].process));
  return answer.with({{"time", rfc3339(published.model.wall)},
                      {"matching", rows.size()},
                      {"limit", limit->value_or(rows_of_page)},
                      {"offset", first}},
                     "pools");
}

}  // namespace sockwarden
