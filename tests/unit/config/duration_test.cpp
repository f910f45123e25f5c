#include "agent/config/duration.h"

#include <catch2/catch.hpp>

#include "agent/config/size.h"

using namespace sockwarden;
using namespace std::chrono_literals;

TEST_CASE("durations are read in milliseconds, seconds, minutes, hours and days") {
  CHECK(parse_duration("200ms").value() == 200ms);
  CHECK(parse_duration("5s").value() == 5s);
  CHECK(parse_duration("2m").value() == 2min);
  CHECK(parse_duration("1h30m").value() == 90min);
  CHECK(parse_duration("1d").value() == 24h);
  CHECK(parse_duration("0s").value() == 0s);
}

TEST_CASE("what is no duration is refused and says how to write one") {
  for (const char* text : {"", "5", "s", "5 s", "-5s", "1.5s", "5sec", "30m1h", "5s5s", "+5s", "5s ", "ms200"}) {
    CAPTURE(text);
    REQUIRE_FALSE(parse_duration(text));
    CHECK(parse_duration(text).error().find("write it like 200ms, 5s") != std::string::npos);
  }
}

TEST_CASE("a duration that overflows is refused") {
  CHECK_FALSE(parse_duration("99999999999999999999s"));
  CHECK_FALSE(parse_duration("9223372036854775807d"));
  CHECK_FALSE(parse_duration("106751991167d9223372036854775807ms"));
}

TEST_CASE("a formatted duration reads back as itself") {
  for (const auto duration : {0ms, 1ms, 200ms, 5000ms, 90'000ms, 5'400'000ms, 90'061'001ms}) {
    CAPTURE(format_duration(duration));
    CHECK(parse_duration(format_duration(duration)).value() == duration);
  }
  CHECK(format_duration(5400s) == "1h30m");
}

TEST_CASE("sizes are read in bytes and binary units") {
  CHECK(parse_size("4096").value() == 4096);
  CHECK(parse_size("4KiB").value() == 4096);
  CHECK(parse_size("1MiB").value() == 1 << 20);
  CHECK(parse_size("2GiB").value() == 2ULL << 30);
}

TEST_CASE("what is no size is refused") {
  for (const char* text : {"", "1MB", "MiB", "1 MiB", "-1", "1.5MiB", "1kib", "18446744073709551615GiB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text));
  }
}
