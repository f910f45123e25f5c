#include "agent/model/pool_advice.h"

#include <algorithm>
#include <cstdio>

namespace sockwarden {
namespace {

/// What libraries call a setting of an HTTP client, and of a pool of database connections.
struct Setting {
  const char* name;
  const char* of_http;
  const char* of_database;
  [[nodiscard]] std::string known_as(bool database) const { return database ? of_database : of_http; }
};

constexpr Setting kept{
    "idle connections kept",
    "Go MaxIdleConnsPerHost, Python requests pool_maxsize, Node maxFreeSockets, Java http.maxConnections",
    "Go SetMaxIdleConns, Python SQLAlchemy pool_size, Node pg min, Java Hikari minimumIdle"};
constexpr Setting most_open{
    "connections at the most",
    "Go MaxConnsPerHost, Python aiohttp limit_per_host, Node maxSockets, Java setMaxConnPerRoute",
    "Go SetMaxOpenConns, Python SQLAlchemy max_overflow, Node pg max, Java Hikari maximumPoolSize"};
constexpr Setting idle_time{
    "idle limit",
    "Go IdleConnTimeout, Python aiohttp keepalive_timeout, Node undici keepAliveTimeout, Java "
    "jdk.httpclient.keepalive.timeout",
    "Go SetConnMaxIdleTime, Python SQLAlchemy pool_recycle, Node pg idleTimeoutMillis, Java Hikari idleTimeout"};
constexpr Setting life_time{
    "lifetime limit", "",
    "Go SetConnMaxLifetime, Python SQLAlchemy pool_recycle, Node pg maxLifetimeSeconds, Java Hikari maxLifetime"};

std::string seconds_of(std::chrono::milliseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", std::chrono::duration<double>(duration).count());
  return text;
}

void advise_kept(const PoolFigures& pool, bool database, std::vector<PoolAdvice>& advice) {
  const std::uint64_t needed = needed_connections(pool);
  if (!pool.kept_idle || *pool.kept_idle == 0 || needed <= *pool.kept_idle) return;
  advice.push_back({kept.name, std::to_string(needed),
                    "up to " + std::to_string(needed) + " are in use at once, only " + std::to_string(*pool.kept_idle) +
                        " are kept: " + std::to_string(needed - *pool.kept_idle) + " of " + std::to_string(needed) +
                        " are thrown away each time",
                    kept.known_as(database)});
}

void advise_limits(const PoolFigures& pool, bool database, std::vector<PoolAdvice>& advice) {
  const std::uint64_t needed = needed_connections(pool), peak = pool.peak_open.recent();
  // Those that stay open beyond need may be lost to the program: a pool of that size would wait for them for ever.
  if (peak >= 20 && needed != 0 && peak > needed * 2 && pool.open <= needed + needed / 4 + 1)
    advice.push_back({most_open.name, std::to_string(needed + needed / 4 + 1),
                      std::to_string(peak) + " were open at once, " + std::to_string(needed) + " would have done",
                      most_open.known_as(database)});
  if (pool.peer_idle_limit && (!pool.idle_limit || *pool.idle_limit >= *pool.peer_idle_limit))
    advice.push_back({idle_time.name, "below " + seconds_of(*pool.peer_idle_limit),
                      "the peer closes connections that were idle for " + seconds_of(*pool.peer_idle_limit),
                      idle_time.known_as(database)});
  if (pool.lifetime_limit && pool.exchanges_per_connection().value_or(100) < 10)
    advice.push_back({life_time.name, "more than " + seconds_of(*pool.lifetime_limit),
                      "connections are closed at that age after fewer than 10 exchanges",
                      life_time.known_as(database)});
}

void advise_statements(const PoolFigures& pool, std::vector<PoolAdvice>& advice) {
  constexpr std::uint64_t enough = 100;
  const auto share = text_share(pool);
  if (!share || pool.text_statements + pool.executes < enough) return;
  if (*share > 0.99)
    advice.push_back({"statements",
                      "prepare those that repeat",
                      "all of " + std::to_string(pool.text_statements) + " were sent as text and parsed anew",
                      {}});
  else if (pool.prepares * 10 >= pool.executes * 9 && pool.executes != 0)
    advice.push_back(
        {"statements",
         "keep prepared statements",
         std::to_string(pool.prepares) + " were prepared for " + std::to_string(pool.executes) + " executions",
         {}});
}

}  // namespace

std::uint64_t needed_connections(const PoolFigures& pool) { return pool.peak_in_use.recent(); }

std::optional<double> text_share(const PoolFigures& pool) {
  const std::uint64_t all = pool.text_statements + pool.executes;
  if (all == 0) return std::nullopt;
  return static_cast<double>(pool.text_statements) / static_cast<double>(all);
}

std::vector<PoolAdvice> advice_for(const PoolFigures& pool) {
  const bool database = is_sql(pool.protocol);
  std::vector<PoolAdvice> advice;
  advise_kept(pool, database, advice);
  advise_limits(pool, database, advice);
  if (database) advise_statements(pool, advice);
  return advice;
}

}  // namespace sockwarden
