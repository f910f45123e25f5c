#include "agent/model/pool_advice.h"

#include <algorithm>
#include <cstdio>

namespace sockwarden {
namespace {

std::string seconds_of(std::chrono::milliseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", std::chrono::duration<double>(duration).count());
  return text;
}

void advise_kept(const PoolFigures& pool, bool database, std::vector<PoolAdvice>& advice) {
  const std::uint64_t needed = needed_connections(pool);
  if (!pool.kept_idle || *pool.kept_idle == 0 || needed <= *pool.kept_idle) return;
  advice.push_back({database ? "SetMaxIdleConns" : "MaxIdleConnsPerHost", std::to_string(needed),
                    "up to " + std::to_string(needed) + " are in use at once, only " + std::to_string(*pool.kept_idle) +
                        " are kept: " + std::to_string(needed - *pool.kept_idle) + " of " + std::to_string(needed) +
                        " are thrown away each time"});
}

void advise_limits(const PoolFigures& pool, bool database, std::vector<PoolAdvice>& advice) {
  const std::uint64_t needed = needed_connections(pool), peak = pool.peak_open.recent();
  if (peak >= 20 && needed != 0 && peak > needed * 2)
    advice.push_back({database ? "SetMaxOpenConns" : "MaxConnsPerHost", std::to_string(needed + needed / 4 + 1),
                      std::to_string(peak) + " were open at once, " + std::to_string(needed) + " would have done"});
  if (pool.peer_idle_limit && (!pool.idle_limit || *pool.idle_limit >= *pool.peer_idle_limit))
    advice.push_back({database ? "SetConnMaxIdleTime" : "IdleConnTimeout", "below " + seconds_of(*pool.peer_idle_limit),
                      "the peer closes connections that were idle for " + seconds_of(*pool.peer_idle_limit)});
  if (pool.lifetime_limit && pool.turns_per_connection().value_or(100) < 10)
    advice.push_back({database ? "SetConnMaxLifetime" : "lifetime", "more than " + seconds_of(*pool.lifetime_limit),
                      "connections are closed at that age after fewer than 10 turns"});
}

void advise_statements(const PoolFigures& pool, std::vector<PoolAdvice>& advice) {
  constexpr std::uint64_t enough = 100;
  const auto share = text_share(pool);
  if (!share || pool.text_statements + pool.executes < enough) return;
  if (*share > 0.99)
    advice.push_back({"statements", "prepare those that repeat",
                      "all of " + std::to_string(pool.text_statements) + " were sent as text and parsed anew"});
  else if (pool.prepares * 10 >= pool.executes * 9 && pool.executes != 0)
    advice.push_back(
        {"statements", "keep prepared statements",
         std::to_string(pool.prepares) + " were prepared for " + std::to_string(pool.executes) + " executions"});
}

}  // namespace

std::uint64_t needed_connections(const PoolFigures& pool) { return pool.peak_in_use.recent(); }

std::optional<double> text_share(const PoolFigures& pool) {
  const std::uint64_t all = pool.text_statements + pool.executes;
  if (all == 0) return std::nullopt;
  return static_cast<double>(pool.text_statements) / static_cast<double>(all);
}

std::vector<PoolAdvice> advice_for(const PoolFigures& pool) {
  const bool database = is_database(pool.protocol);
  std::vector<PoolAdvice> advice;
  advise_kept(pool, database, advice);
  advise_limits(pool, database, advice);
  if (database) advise_statements(pool, advice);
  return advice;
}

}  // namespace sockwarden
