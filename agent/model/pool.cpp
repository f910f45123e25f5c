#include "agent/model/pool.h"

#include <algorithm>
#include <numeric>

#include "agent/model/pool_inference.h"

namespace sockwarden {
namespace {

/// When the scan began to read connections: all that lived then, or ended later, is in its lists; of what came since
/// some may be missing.
Instant complete_until(const Model& model) {
  Instant until = model.time;
  for (const Connection& connection : model.connections)
    if (connection.raw.read_ns != 0) until = std::min(until, Instant(std::chrono::nanoseconds(connection.raw.read_ns)));
  return until;
}

}  // namespace

void Pools::update(const Sample& sample, const Model& model) {
  const RoundTimes times{last_time_, last_until_, complete_until(model), model.time};
  table_.for_each([](PoolState& state) { state.begin_round(); });
  recorder_.record(model, times.until, table_);
  option_misuses_.update(model);
  stalls_.update(model);
  take_totals(sample);
  table_.for_each([&](PoolState& state) {
    infer_round(state, times);
    table_.trim(state, times.now);
    infer_limits(state);
    infer_rates(state, times);
  });
  table_.forget_old(model);
  last_time_ = times.now;
  last_until_ = times.until;
}

void Pools::take_totals(const Sample& sample) {
  for (const EndpointSample& endpoint : sample.endpoints) {
    if (endpoint.key.role != SW_ROLE_CLIENT) continue;
    PoolState* state = table_.find(PoolKey{endpoint.key.process, Address::from(endpoint.key.remote)});
    if (state == nullptr) continue;
    Pool& pool = state->pool;
    pool.opened = endpoint.totals.opened;
    pool.preexisting = endpoint.totals.preexisting;
    for (std::size_t closed_by = 0; closed_by < pool.closed.size(); ++closed_by) {
      const auto& by_close_reason = endpoint.totals.closed[closed_by];
      pool.closed[closed_by] =
          std::accumulate(std::begin(by_close_reason), std::end(by_close_reason), std::uint64_t{0});
    }
    pool.exchanges = std::max<std::uint64_t>(pool.exchanges, endpoint.totals.exchanges + state->live_exchanges);
  }
}

bool Pools::wants_send_times() const {
  const std::optional<Instant> late = stalls_.late();
  return late && last_time_ - *late < std::chrono::minutes(1);
}

std::vector<TableFill> Pools::tables() const {
  return {{"pools", table_.size(), limits_.pools, table_.bytes()},
          {"pool_connections", recorder_.size(), limits_.connections, recorder_.bytes()},
          {"pool_endings", table_.endings(), limits_.endings, table_.endings() * sizeof(Ending)}};
}

}  // namespace sockwarden
