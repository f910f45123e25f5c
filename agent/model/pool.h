// What each process keeps open to each endpoint, how it uses it, and the limits that its behaviour betrays. Pure:
// Sample by Sample.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/model/ages.h"
#include "agent/model/ending.h"
#include "agent/model/model.h"
#include "agent/model/pool_sweep.h"
#include "agent/model/recent_peak.h"
#include "agent/model/stall.h"

namespace sockwarden {

struct PoolKey {
  std::uint32_t process = 0;  ///< serial
  Address remote;
  bool operator==(const PoolKey&) const = default;
};

/// How busy a pool was in one round.
struct PoolRound {
  Instant time{};
  std::uint32_t peak_open = 0;
  std::uint32_t peak_in_use = 0;
  std::optional<std::uint32_t> left_idle;  ///< the fewest, when one was thrown away
  std::uint32_t reused = 0;                ///< open ones that served several requests
};

/// A pool as it is now, and what it has counted.
struct PoolFigures {
  PoolKey key;
  Protocol protocol = Protocol::unknown;
  std::string name;  ///< Host, TLS server name or "user/database" of the latest connection that told one

  std::uint64_t open = 0;
  std::uint64_t in_use = 0;  ///< between request and end of response
  std::uint64_t idle = 0;
  RecentPeak peak_open;
  RecentPeak peak_in_use;  ///< so many connections would have served the same traffic; a floor under heavy reuse

  std::uint64_t opened = 0;
  std::uint64_t preexisting = 0;
  std::array<std::uint64_t, SW_CLOSED_BY_COUNT> closed{};
  std::uint64_t exchanges = 0;
  double opened_per_second = 0;  ///< averaged over about a minute
  double closed_per_second = 0;

  /// Of closed connections whose details arrived.
  std::uint64_t details = 0;
  std::uint64_t closed_exchanges = 0;
  std::uint64_t single_exchange = 0;
  std::uint64_t unused = 0;
  std::uint64_t discarded = 0;  ///< closed by us right after a response
  std::uint64_t unread_closes = 0;
  std::uint64_t resets = 0;

  AgeHistogram idle_at_reuse;  ///< where the exchange before is known
  AgeHistogram idle_at_own_close;
  AgeHistogram idle_at_peer_close;
  AgeHistogram lifetime;

  std::optional<std::chrono::milliseconds> idle_limit;       ///< after which we close an idle connection
  std::optional<std::chrono::milliseconds> peer_idle_limit;  ///< after which the peer does
  std::optional<std::chrono::milliseconds> lifetime_limit;   ///< after which we close any connection
  std::optional<std::uint64_t> kept_idle;  ///< idle connections we keep at the most, since others are discarded

  std::uint64_t text_statements = 0;  ///< of databases
  std::uint64_t prepares = 0;
  std::uint64_t executes = 0;

  double exchanges_per_second = 0;  ///< averaged over about a minute

  Instant first_seen{};
  Instant last_active{};

  [[nodiscard]] std::uint64_t closed_in_all() const;
  /// Exchanges a closed connection; empty before the first.
  [[nodiscard]] std::optional<double> exchanges_per_connection() const;
};

struct Pool : PoolFigures {
  /// The latest, oldest first.
  std::deque<Ending> endings;
  std::deque<Instant> openings;
  std::deque<PoolRound> rounds;
  std::deque<Stall> stalls;
};

struct PoolLimits {
  std::size_t pools = 10'000;
  std::size_t connections = 100'000;
  std::chrono::seconds retention{15 * 60};  ///< of pools with no connection left
  std::size_t endings = 65'536;             ///< in all pools
  std::chrono::seconds history{10 * 60};    ///< of endings, openings, rounds and stalls
};

class Pools {
 public:
  explicit Pools(PoolLimits limits = {}) : limits_(limits) {}

  /// `model` is made from `sample`.
  void update(const Sample& sample, const Model& model);

  [[nodiscard]] const Pool* find(const PoolKey& key) const;
  [[nodiscard]] std::vector<const Pool*> all() const;
  /// Whether a message was late of late, for a reason that only the times of sends can tell.
  [[nodiscard]] bool wants_send_times() const { return late_ && last_time_ - *late_ < std::chrono::minutes(1); }
  /// Connections that had no room, in all rounds.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] std::vector<TableFill> tables() const;

 private:
  struct KeyHash {
    std::size_t operator()(const PoolKey& key) const;
  };
  struct State {
    Pool pool;
    AgeSamples own_idle, peer_idle, lifetimes;
    std::vector<Usage> usages;  // of this round
    std::vector<Usage> later;   // ended after it
    std::uint32_t reused = 0;
    std::uint64_t last_opened = 0, last_closed = 0, last_exchanges = 0, live_exchanges = 0;
    std::uint64_t closed_statements[3] = {};
  };
  struct Seen {
    Instant last_receive{};
    std::uint32_t exchanges = 0;
    std::uint64_t round = 0;
    std::uint64_t stalled_ns = 0;  // beginning of the latest message that was counted as stalled
  };

  State* state_of(const Connection& connection, Instant now);
  bool make_room(Instant now);
  void take_live(State& state, const Connection& connection);
  void take_closed(State& state, const Connection& connection, bool is_propagated_close, Instant until);
  void take_reuse(State& state, const Connection& connection, const Seen* seen);
  static void take_opening(State& state, const Connection& connection);
  void take_stall(State& state, const Connection& connection, Seen& seen, Instant now);
  void trim(State& state, Instant now);
  void take_totals(const Sample& sample);
  void finish(State& state, Instant until, Instant now);
  void forget_old(const Model& model);

  PoolLimits limits_;
  std::unordered_map<PoolKey, State, KeyHash> pools_;
  std::unordered_map<std::uint64_t, Seen> seen_;
  Instant last_time_{}, last_until_{};
  std::optional<Instant> late_;
  std::uint64_t round_ = 0;
  std::uint64_t dropped_ = 0;
  std::size_t endings_ = 0;  // in all pools
};

}  // namespace sockwarden
