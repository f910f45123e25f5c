#include "agent/publish/scan_health.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

const Instant start{1000s};
const WallTime wall{1'790'000'000s};
constexpr const char* refused = "cannot open the iterator scan_sockets: Operation not permitted";

/// A scan a second, of which one was good.
ScanHealth healthy(std::chrono::nanoseconds duration = 10ms) {
  ScanHealth health;
  health.interval = 1s;
  health.succeeded(start, duration);
  return health;
}

}  // namespace

TEST_CASE("a good scan stands for three intervals") {
  CHECK_FALSE(why_not_ready(healthy(), start + 3s).has_value());
  const auto why = why_not_ready(healthy(), start + 17s);
  REQUIRE(why.has_value());
  CHECK(*why == "the last good scan ended 17 s ago, and the one under way has not ended");
}

TEST_CASE("a scan that takes longer than the interval stands for three times as long as it took") {
  CHECK_FALSE(why_not_ready(healthy(20s), start + 60s).has_value());
  CHECK(why_not_ready(healthy(20s), start + 61s).has_value());
}

TEST_CASE("an old scan is told with what failed since, and why") {
  ScanHealth health = healthy();
  health.failed("live", refused, wall);
  CHECK_FALSE(why_not_ready(health, start + 3s).has_value());
  CHECK(why_not_ready(health, start + 4s) ==
        std::string("the last good scan ended 4 s ago; scans fail since 2026-09-21T14:13:20.000Z (live): ") + refused);
}

TEST_CASE("before the first good scan nothing is ready, whatever the time") {
  ScanHealth health;
  CHECK(why_not_ready(health, start) == "the first scan is under way");
  health.failed("live", refused, wall);
  CHECK(why_not_ready(health, start)->find(refused) != std::string::npos);
  health.succeeded(start, 1ms);
  CHECK_FALSE(why_not_ready(health, start).has_value());
}

TEST_CASE("scans fail since the first that did, also where the reason changes") {
  ScanHealth health = healthy();
  CHECK(health.failed("live", refused, wall));
  CHECK_FALSE(health.failed("live", refused, wall + 1s));
  CHECK(health.failed("totals", refused, wall + 2s));
  CHECK(health.failed("totals", "cannot read the table endpoints", wall + 3s));
  CHECK(health.failing->since == wall);
  health.succeeded(start + 9s, 1ms);
  CHECK(health.failed("totals", refused, wall + 10s));
  CHECK(health.failing->since == wall + 10s);
}
