#include "agent/model/pool_advice.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

bool bounds_the_pool(const PoolFigures& pool) {
  const auto advice = advice_for(pool);
  return std::any_of(advice.begin(), advice.end(),
                     [](const PoolAdvice& one) { return one.setting == "connections at the most"; });
}

}  // namespace

TEST_CASE("a bound is advised where a burst has gone by, not where the connections stay: a leak would use it up") {
  PoolFigures pool;
  pool.protocol = Protocol::postgresql;
  pool.peak_open.add(Instant{}, 100);
  pool.peak_in_use.add(Instant{}, 4);
  pool.open = 4;
  CHECK(bounds_the_pool(pool));
  pool.open = 100;
  CHECK_FALSE(bounds_the_pool(pool));
}
