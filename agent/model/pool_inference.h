// What a round's records say of a pool: its peaks, rates, and the limits that it, or its peer, keeps.
#pragma once

#include "agent/model/pool_table.h"

namespace sockwarden {

/// The time of a round, and of the one before it; `until` and `last_until`: after them a scan's lists may be
/// incomplete. A time before the first round is the epoch.
struct RoundTimes {
  Instant last{}, last_until{}, until{}, now{};
};

/// The sweep of the round, its peaks and how many were left idle.
void infer_round(PoolState& state, const RoundTimes& times);
/// Limits on idle time, life time and the number kept, from all that has ended so far.
void infer_limits(PoolState& state);
/// Openings, closes and exchanges a second.
void infer_rates(PoolState& state, const RoundTimes& times);

}  // namespace sockwarden
