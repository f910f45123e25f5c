#include "agent/model/propagated_close.h"

#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"

namespace sockwarden {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr auto start = std::chrono::seconds(1000);

/// A process that is asked and asks; times are counted from a start.
struct Proxy {
  Model model;
  std::uint32_t process = 7;
  std::uint16_t ports = 40000;

  Proxy() { model.time = Instant(start + 1s); }

  Connection connection(Role role, microseconds asked) {
    Connection one;
    one.id = ++ports;
    one.role = role;
    one.raw.record.process = process;
    one.local = Address::from(testing::v4(10, 0, 0, 1, role == Role::client ? ports : 80));
    one.remote = Address::from(testing::v4(10, 0, 0, 9, role == Role::client ? 80 : ports));
    one.birth = Instant(start + asked);
    return one;
  }
  void serves(microseconds asked, std::optional<microseconds> left) {
    Connection one = connection(Role::server, asked);
    if (left) one.peer_closed = Instant(start + *left);
    (left ? model.closed : model.connections).push_back(one);
  }
  std::uint64_t asks(microseconds asked, microseconds closed) {
    Connection one = connection(Role::client, asked);
    one.own_closed = Instant(start + closed);
    model.closed.push_back(one);
    return one.id;
  }
  bool passes_on(std::uint64_t id) const { return propagated_close(model).contains(id); }
};

}  // namespace

TEST_CASE("a close behind that of the client for which the server was asked is propagated") {
  Proxy proxy;
  SECTION("soon behind it") {
    proxy.serves(0ms, 50ms);
    CHECK(proxy.passes_on(proxy.asks(1ms, 51ms)));
  }
  SECTION("not so late that something else made it close") {
    proxy.serves(0ms, 50ms);
    CHECK_FALSE(proxy.passes_on(proxy.asks(1ms, 151ms)));
  }
  SECTION("not before it, as by a program that has its answer") {
    proxy.serves(0ms, 50ms);
    CHECK_FALSE(proxy.passes_on(proxy.asks(1ms, 49ms)));
  }
  SECTION("not while the client stays") {
    proxy.serves(0ms, {});
    CHECK_FALSE(proxy.passes_on(proxy.asks(1ms, 51ms)));
  }
  SECTION("not for a client that asked later than the program") {
    proxy.serves(2ms, 50ms);
    CHECK_FALSE(proxy.passes_on(proxy.asks(1ms, 51ms)));
  }
  SECTION("not for another process's client") {
    proxy.serves(0ms, 50ms);
    proxy.process = 8;
    CHECK_FALSE(proxy.passes_on(proxy.asks(1ms, 51ms)));
  }
  SECTION("nor without any") { CHECK_FALSE(proxy.passes_on(proxy.asks(1ms, 51ms))); }
}

TEST_CASE("a connection that is used again is asked for its latest client") {
  Proxy proxy;
  proxy.serves(10ms, 50ms);
  const auto id = proxy.asks(1ms, 51ms);
  CHECK_FALSE(proxy.passes_on(id));
  proxy.model.closed.back().raw.record.request_sent_ns = 1'000'000'000'000 + 11'000'000;
  CHECK(proxy.passes_on(id));
}

TEST_CASE("of several at once, each client is paired with its own question") {
  Proxy relay, service;
  for (int i = 0; i < 8; ++i) {
    relay.serves(i * 100us, 50ms + i * 100us);
    service.serves(i * 100us, 50ms + i * 100us);
  }
  for (int i = 0; i < 8; ++i) {
    relay.asks(1ms + i * 100us, 50ms + i * 100us + 20us);
    service.asks(1ms + i * 100us, 50ms + i * 100us - 20us);  // the client before has left by then
  }
  CHECK(propagated_close(relay.model).size() == 8);
  CHECK(propagated_close(service.model).empty());
}

TEST_CASE("a process that is its own server does not take its own close for a client's") {
  Proxy proxy;
  const auto id = proxy.asks(1ms, 51ms);
  Connection other_end = proxy.connection(Role::server, 500us);
  other_end.remote = proxy.model.closed.back().local;
  other_end.peer_closed = Instant(start + 50990us);
  proxy.model.closed.push_back(other_end);
  CHECK_FALSE(proxy.passes_on(id));
}

}  // namespace sockwarden
