// What is known of a pool: what a process keeps open to an endpoint, how it uses it, and the limits that its behaviour
// betrays.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "agent/model/ending.h"
#include "agent/model/latest.h"
#include "agent/model/model.h"
#include "agent/model/recent_peak.h"

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
  std::optional<std::uint16_t> left_idle;  ///< the fewest, when one was thrown away
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
  std::uint64_t discarded = 0;  ///< closed by us right after a response

  /// The longest after which one was used again, where the exchange before is known.
  std::chrono::nanoseconds longest_idle_at_reuse{};
  std::chrono::nanoseconds survived_idle{};  ///< of those open now, the longest after which one was used again

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
  Latest<Ending> endings;
  Latest<Instant> openings;
  Latest<PoolRound> rounds;  ///< of a row of equal ones the first few, and the last two
};

struct PoolLimits {
  std::size_t pools = 10'000;
  std::size_t connections = 100'000;
  std::chrono::seconds retention{15 * 60};  ///< of pools with no connection left
  std::size_t endings = 65'536;             ///< in all pools
  std::chrono::seconds history{10 * 60};    ///< of endings, openings and rounds
};

}  // namespace sockwarden
