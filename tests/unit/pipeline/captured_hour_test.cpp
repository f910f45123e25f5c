#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"
#include "tests/unit/pipeline/watched_host.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("an hour of a healthy host in the profile production gives no finding") {
  WatchedHost watched("healthy", production());
  watched.look(watched.host.next_for_ever());
  const sw_totals before = process_row(watched.round.model, "billing", Role::client)->totals;
  const Instant begin = watched.host.now();
  while (watched.host.now() - begin < std::chrono::hours(1)) {
    watched.look(watched.host.next_for_ever());
    REQUIRE(watched.findings().empty());
  }
  // A health check with a connection of its own every twenty seconds.
  const sw_totals after = process_row(watched.round.model, "billing", Role::client)->totals;
  CHECK(after.opened - before.opened >= 170);
  CHECK(after.closed[SW_CLOSED_BY_OWN][SW_CLOSE_REASON_FIN] - before.closed[SW_CLOSED_BY_OWN][SW_CLOSE_REASON_FIN] >=
        170);
  CHECK(process_row(watched.round.model, "billing", Role::client)->live == 2);
}

TEST_CASE("nearly an hour in which a healthy host does nothing gives no finding") {
  WatchedHost watched("healthy", production());
  while (!watched.host.ended()) watched.look(watched.host.next());
  // In a whole one its servers would have closed what rests.
  for (int scans = 0; scans < 700; ++scans) {
    watched.look(watched.host.later(std::chrono::seconds(5)));
    REQUIRE(watched.findings().empty());
  }
}
