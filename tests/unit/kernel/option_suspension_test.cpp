#include "agent/kernel/option_suspension.h"

#include <catch2/catch.hpp>

namespace sockwarden {

TEST_CASE("the setsockopt hook is suspended for a minute where it tells nothing new, and is then looked at anew") {
  using namespace std::chrono_literals;
  OptionSuspension suspension;
  auto now = OptionSuspension::Clock::time_point{1h};
  std::uint64_t redundant_calls = 0;
  const auto after = [&](std::chrono::seconds seconds, std::uint64_t calls) {
    now += seconds;
    redundant_calls += calls;
    return suspension.wants_hook(redundant_calls, now);
  };
  CHECK(after(0s, 1'000'000));  // a first look has nothing to compare with
  CHECK(after(0s, 1'000'000));  // over no time there is no rate
  redundant_calls -= 1'000'000;
  CHECK(after(5s, 50'000));  // few enough
  CHECK(after(5s, 0));
  CHECK_FALSE(after(5s, 50'001));
  for (int scan = 0; scan < 11; ++scan) CHECK_FALSE(after(5s, 0));
  CHECK(after(5s, 0));  // a minute later
  CHECK_FALSE(after(5s, 1'000'000));
  CHECK(after(60s, 0));
  CHECK(after(5s, 1'000));
}

}  // namespace sockwarden
