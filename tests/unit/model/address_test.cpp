#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("IPv4 and v4-mapped IPv6 print alike") {
  const Address address = Address::from(v4(10, 0, 0, 7, 8080));
  CHECK(address.is_v4());
  CHECK(address.host() == "10.0.0.7");
  CHECK(address.string() == "10.0.0.7:8080");
}

TEST_CASE("IPv6 stands in brackets") {
  sw_address raw{};
  raw.ip[15] = 1;
  raw.port = 8080;
  const Address address = Address::from(raw);
  CHECK_FALSE(address.is_v4());
  CHECK(address.host() == "::1");
  CHECK(address.string() == "[::1]:8080");
}
