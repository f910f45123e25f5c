#include "agent/cli/connection_filter.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

ConnectionRow orders() {
  ConnectionRow row;
  row.comm = "python3";
  row.service = "orders";
  row.exe = "/usr/bin/orders";
  row.pid = 42;
  row.role = "client";
  row.state = "CLOSE_WAIT";
  row.local = "[::1]:40000";
  row.remote = "[2001:db8::7]:8080";
  return row;
}

}  // namespace

TEST_CASE("no filter shows everything") { CHECK(ConnectionFilter{}.matches(orders())); }

TEST_CASE("each filter lets in what it names and nothing else") {
  const auto with = [](auto set) {
    ConnectionFilter filter;
    set(filter);
    REQUIRE(filter.check());
    return filter.matches(orders());
  };
  CHECK(with([](auto& f) { f.pids = {1, 42}; }));
  CHECK_FALSE(with([](auto& f) { f.pids = {1}; }));
  CHECK(with([](auto& f) { f.comms = {"pyth*"}; }));
  CHECK_FALSE(with([](auto& f) { f.comms = {"order"}; }));
  CHECK(with([](auto& f) { f.services = {"ord*"}; }));
  CHECK_FALSE(with([](auto& f) { f.services = {"python3"}; }));
  CHECK(with([](auto& f) { f.exes = {"/usr/*"}; }));
  CHECK_FALSE(with([](auto& f) { f.exes = {"/opt/*"}; }));
  CHECK(with([](auto& f) { f.ports = {40000}; }));
  CHECK(with([](auto& f) { f.ports = {8080}; }));
  CHECK_FALSE(with([](auto& f) { f.ports = {80}; }));
  CHECK(with([](auto& f) { f.roles = {"client"}; }));
  CHECK_FALSE(with([](auto& f) { f.roles = {"server"}; }));
  CHECK(with([](auto& f) { f.states = {"close-wait"}; }));
  CHECK_FALSE(with([](auto& f) { f.states = {"estab"}; }));
}

TEST_CASE("a remote is named by address, address and port, or port") {
  ConnectionFilter filter;
  for (const char* wanted : {"2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:8080", ":8080", "*:8080"}) {
    CAPTURE(wanted);
    filter.remotes = {wanted};
    CHECK(filter.matches(orders()));
  }
  for (const char* wanted : {"2001:db8::8", "[2001:db8::7]:80", ":80", "7"}) {
    CAPTURE(wanted);
    filter.remotes = {wanted};
    CHECK_FALSE(filter.matches(orders()));
  }
}

TEST_CASE("a listener has no remote to be found by") {
  ConnectionRow row = orders();
  row.remote.clear();
  ConnectionFilter filter;
  filter.remotes = {"*"};
  CHECK_FALSE(filter.matches(row));
}

TEST_CASE("an unknown role or state is refused with the nearest one") {
  ConnectionFilter filter;
  filter.states = {"close-wiat"};
  CHECK(filter.check().error().find("did you mean \"CLOSE_WAIT\"?") != std::string::npos);
  filter.states.clear();
  filter.roles = {"clint"};
  CHECK(filter.check().error().find("did you mean \"client\"?") != std::string::npos);
}
