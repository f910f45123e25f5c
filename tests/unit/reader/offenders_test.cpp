#include "agent/reader/offenders.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

const Offenders::Time now{1h};

Subject process(std::uint32_t pid, std::uint32_t user) { return {.pid = pid, .start_ticks = pid, .user = user}; }

}  // namespace

TEST_CASE("a process that cost the reader its life is left alone for a while, with the reason") {
  Offenders offenders;
  CHECK_FALSE(offenders.reason_against(process(7, 1000), now));
  offenders.add(process(7, 1000), "it was late", now);
  CHECK(offenders.reason_against(process(7, 1000), now + 1min) == "it was late");
  CHECK_FALSE(offenders.reason_against(process(8, 1000), now + 1min));
  CHECK_FALSE(offenders.reason_against({.pid = 7, .start_ticks = 8, .user = 1000}, now + 1min));
  CHECK_FALSE(offenders.reason_against(process(7, 1000), now + 11min));
}

TEST_CASE("a user with many such processes is left alone, and others are not") {
  Offenders offenders;
  for (std::uint32_t pid = 1; pid <= 3; ++pid) offenders.add(process(pid, 1000), "it was late", now);
  CHECK(offenders.reason_against(process(9, 1000), now));
  CHECK_FALSE(offenders.reason_against(process(9, 1001), now));
  CHECK_FALSE(offenders.reason_against({.pid = 9, .start_ticks = 9, .user = {}}, now));
}

TEST_CASE("root is many services, and not one user") {
  Offenders offenders;
  for (std::uint32_t pid = 1; pid <= 5; ++pid) offenders.add(process(pid, 0), "it was late", now);
  CHECK_FALSE(offenders.reason_against(process(9, 0), now));
}

TEST_CASE("whoever they are, so many and no more") {
  Offenders offenders;
  for (std::uint32_t pid = 1; pid <= Offenders::most; ++pid) offenders.add(process(pid, 0), "it was late", now);
  CHECK(offenders.reason_against(process(99, 5), now));
  CHECK_FALSE(offenders.reason_against(process(99, 5), now + 11min));
}
