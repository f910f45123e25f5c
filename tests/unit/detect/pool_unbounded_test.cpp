#include <catch2/catch.hpp>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("a burst of forty over two is unbounded") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 14; ++i) {
    round_of(stage, kept, i == 6 ? 40 : 2, 100);
    stage.wait(1);
  }
  const auto findings = stage.ask(pool_unbounded);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 40);
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("a burst may lie in several scans") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 16; ++i) {
    round_of(stage, kept, i >= 6 && i < 9 ? 40 : 2, 100);
    stage.wait(1);
  }
  REQUIRE(stage.ask(pool_unbounded).size() == 1);
}

TEST_CASE("load that lasts, a small burst, and a pool that is filled at the start are bounded enough") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  SECTION("load that lasts") {
    for (int i = 0; i < 14; ++i) {
      round_of(stage, kept, i >= 6 ? 40 : 2, 100);
      stage.wait(1);
    }
  }
  SECTION("load that comes and goes") {
    for (int i = 0; i < 18; ++i) {
      round_of(stage, kept, i >= 6 && i < 12 ? 40 : 2, 100);
      stage.wait(1);
    }
  }
  SECTION("a small burst") {
    for (int i = 0; i < 14; ++i) {
      round_of(stage, kept, i == 6 ? 12 : 2, 100);
      stage.wait(1);
    }
  }
  SECTION("filled at the start") {
    for (int i = 0; i < 14; ++i) {
      round_of(stage, kept, i == 0 ? 40 : 2, 100);
      stage.wait(1);
    }
  }
  CHECK(stage.ask(pool_unbounded).empty());
}
