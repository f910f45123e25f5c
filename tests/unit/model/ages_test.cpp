#include "agent/model/ages.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

AgeSamples samples(std::initializer_list<std::chrono::milliseconds> ages) {
  AgeSamples made;
  for (const auto age : ages) made.add(age);
  return made;
}

}  // namespace

TEST_CASE("three ages within a tenth are a limit") {
  const auto limit = samples({90'010ms, 90'200ms, 90'003ms}).constant(500ms);
  REQUIRE(limit);
  CHECK(*limit == 90'010ms);
}

TEST_CASE("two ages, or ages that scatter, are no limit") {
  CHECK_FALSE(samples({90s, 90s}).constant(500ms));
  CHECK_FALSE(samples({10s, 20s, 40s, 80s, 160s}).constant(500ms));
  CHECK_FALSE(samples({30s, 30s, 30s, 1s, 2s, 4s, 8s}).constant(500ms));
}

TEST_CASE("closes right after a response hide no limit") {
  const auto limit = samples({1ms, 0ms, 2ms, 1ms, 1ms, 30s, 30s, 30s}).constant(500ms);
  REQUIRE(limit);
  CHECK(*limit == 30s);
  CHECK_FALSE(samples({1ms, 1ms, 1ms, 1ms}).constant(500ms));
}

TEST_CASE("a limit that was changed is the new one once the old ages are gone") {
  AgeSamples ages;
  for (int i = 0; i < 40; ++i) ages.add(60s);
  for (int i = 0; i < 32; ++i) ages.add(10s);
  CHECK(ages.constant(500ms) == 10s);
}
