#include "agent/publish/pool_json.h"

#include "agent/model/pool_advice.h"

namespace sockwarden {
namespace {

template <class T>
Json known(const std::optional<T>& value) {
  if (!value) return nullptr;
  return *value;
}

Json known(const std::optional<std::chrono::milliseconds>& value) {
  if (!value) return nullptr;
  return json_of(std::chrono::nanoseconds(*value));
}

Json advice_json(const PoolFigures& pool) {
  Json rows = Json::array();
  for (const PoolAdvice& advice : advice_for(pool))
    rows.push_back({{"setting", advice.setting},
                    {"value", advice.value},
                    {"reason", advice.reason},
                    {"known_as", json_of_known(advice.known_as)}});
  return rows;
}

}  // namespace

Json to_json(const PoolFigures& pool, const Process& process) {
  Json row;
  row["process"] = {{"pid", process.pid},
                    {"service", process.identity.service},
                    {"comm", process.identity.comm},
                    {"container_id", process.identity.container_id},
                    {"unit", process.identity.unit}};
  row["remote"] = pool.key.remote.string();
  row["protocol"] = json_of_known(name_of(pool.protocol));
  row["name"] = json_of_known(pool.name);
  row["open"] = pool.open;
  row["in_use"] = pool.in_use;
  row["idle"] = pool.idle;
  row["peak_open"] = pool.peak_open.recent();
  row["needed"] = needed_connections(pool);
  row["opened"] = pool.opened;
  row["closed"] = {{"own", pool.closed[SW_CLOSED_BY_OWN]},
                   {"peer", pool.closed[SW_CLOSED_BY_PEER]},
                   {"network", pool.closed[SW_CLOSED_BY_NETWORK]}};
  row["opened_per_second"] = pool.opened_per_second;
  row["closed_per_second"] = pool.closed_per_second;
  row["exchanges"] = pool.exchanges;
  row["exchanges_per_connection"] = known(pool.exchanges_per_connection());
  row["thrown_away"] = pool.discarded;
  row["kept_idle"] = known(pool.kept_idle);
  row["idle_limit_seconds"] = known(pool.idle_limit);
  row["peer_idle_limit_seconds"] = known(pool.peer_idle_limit);
  row["lifetime_limit_seconds"] = known(pool.lifetime_limit);
  row["statements"] = {{"text", pool.text_statements}, {"prepared", pool.prepares}, {"executed", pool.executes}};
  row["advice"] = advice_json(pool);
  return row;
}

}  // namespace sockwarden
