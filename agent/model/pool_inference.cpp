#include "agent/model/pool_inference.h"

#include <algorithm>
#include <cmath>

#include "agent/model/pool_sweep.h"

namespace sockwarden {
namespace {

constexpr std::chrono::milliseconds least_limit{500};
constexpr std::uint64_t least_discards = 3;

/// A pool that throws connections away is full, so that the fewest left tells its limit. Where it never rests, some of
/// its use is not known: then only the lower rounds tell.
std::optional<std::uint64_t> kept_of(const Latest<PoolRound>& rounds) {
  std::vector<std::uint32_t> fewest;
  for (const PoolRound& round : rounds)
    if (round.left_idle) fewest.push_back(*round.left_idle);
  if (fewest.empty()) return std::nullopt;
  const auto place = fewest.begin() + static_cast<std::ptrdiff_t>(fewest.size() / (fewest.size() < 8 ? 2 : 4));
  std::nth_element(fewest.begin(), place, fewest.end());
  return *place;
}

void smooth(double& rate, std::uint64_t growth, double seconds) {
  const double weight = 1 - std::exp(-seconds / 60);
  rate += weight * (static_cast<double>(growth) / seconds - rate);
}

}  // namespace

void infer_round(PoolState& state, const RoundTimes& times) {
  Pool& pool = state.pool;
  const Instant from = times.last_until == Instant{} ? times.until : times.last_until;
  const Sweep result = sweep(state.usages, from, times.now, times.until);
  std::optional<std::uint16_t> left_idle;
  if (result.left_idle) left_idle = static_cast<std::uint16_t>(std::min<std::uint64_t>(*result.left_idle, UINT16_MAX));
  state.add_round({times.now, static_cast<std::uint32_t>(result.peak_open),
                   static_cast<std::uint32_t>(result.peak_in_use), left_idle, state.reused});
  pool.peak_open.add(times.now, result.peak_open);
  pool.peak_in_use.add(times.now, result.peak_in_use);
  std::vector<Usage>().swap(state.usages);
}

void infer_limits(PoolState& state) {
  Pool& pool = state.pool;
  if (pool.discarded >= least_discards) pool.kept_idle = kept_of(pool.rounds);
  pool.idle_limit = state.own_idle.constant(least_limit);
  if (pool.idle_limit && pool.longest_idle_at_reuse > *pool.idle_limit * 11 / 10) pool.idle_limit.reset();
  pool.peer_idle_limit = state.peer_idle.constant(least_limit);
  pool.lifetime_limit = state.lifetimes.constant(least_limit);
  // Opened, used once and closed when idle: then both ages are constant, and it is the idleness that ended it.
  if (pool.lifetime_limit && pool.idle_limit) pool.lifetime_limit.reset();
}

void infer_rates(PoolState& state, const RoundTimes& times) {
  Pool& pool = state.pool;
  const Instant from = times.last == Instant{} ? times.now : times.last;
  const double seconds = std::chrono::duration<double>(times.now - from).count();
  const std::uint64_t closed = pool.closed_in_all();
  if (seconds > 0) {
    smooth(pool.opened_per_second, pool.opened - std::min(state.last_opened, pool.opened), seconds);
    smooth(pool.closed_per_second, closed - std::min(state.last_closed, closed), seconds);
    smooth(pool.exchanges_per_second, pool.exchanges - std::min(state.last_exchanges, pool.exchanges), seconds);
  }
  if (pool.open != 0 || pool.opened != state.last_opened || closed != state.last_closed) pool.last_active = times.now;
  state.last_opened = pool.opened;
  state.last_closed = closed;
  state.last_exchanges = pool.exchanges;
}

}  // namespace sockwarden
