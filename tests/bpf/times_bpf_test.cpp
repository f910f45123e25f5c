#include <chrono>
#include <numeric>
#include <thread>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

void pause_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

constexpr std::uint64_t ms_ns = 1'000'000;
constexpr std::uint64_t tick_ns = 10 * ms_ns;  ///< the longest that a kernel is built with

}  // namespace

TEST_CASE("a request without an answer tells when it left, and an answered one that it is answered") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  CAPTURE(variant.name, family);
  Watch& watch = shared_watch(variant);
  Pair pair(family);
  const auto client = pair.client_port(), server = pair.server_port();
  const auto read = [&](sw_role role) {
    watch.scan();
    const auto* live = role == SW_ROLE_CLIENT ? watch.live(role, client, server) : watch.live(role, server, client);
    REQUIRE(live != nullptr);
    return *live;
  };
  CHECK(read(SW_ROLE_CLIENT).socket.sent_since_receive == 0);

  pause_ms(30);
  const std::uint64_t before = now_ns();
  pair.client.send("request");
  const std::uint64_t after = now_ns();
  pair.server.receive(7);
  const auto asked = read(SW_ROLE_CLIENT);
  CHECK(asked.socket.sent_since_receive == 1);
  CHECK(asked.record.request_sent_ns + 1000 >= before);
  CHECK(asked.record.request_sent_ns <= after);
  CHECK(read(SW_ROLE_SERVER).socket.sent_since_receive == 0);

  pause_ms(30);
  pair.server.send("response");
  pair.client.receive(8);
  const std::uint64_t taken = now_ns();
  const auto answered = read(SW_ROLE_CLIENT);
  CHECK(answered.socket.sent_since_receive == 0);
  CHECK(answered.record.request_sent_ns == asked.record.request_sent_ns);
  CHECK(answered.record.last_receive_ns <= taken + tick_ns);
  CHECK(answered.record.last_receive_ns + 2 * tick_ns >= taken);
  CHECK(answered.record.first_byte_max_ns >= 29 * ms_ns);
  CHECK(answered.record.first_byte_max_ns <= taken - before + tick_ns);
  CHECK(answered.record.longest_idle_ns >= 30 * ms_ns);
  CHECK(read(SW_ROLE_SERVER).socket.sent_since_receive == 1);

  pair.client.send("last words");
  pair.client.close();
  CHECK(watch.ended(SW_ROLE_CLIENT, client, server).socket.sent_since_receive == 1);
}

TEST_CASE("a client that says with a FIN that it asks no more starts no exchange by it") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  pair.client.send("request");
  pair.server.receive(7);
  pair.server.send("resp");
  pair.client.receive(4);
  REQUIRE(shutdown(pair.client.fd(), SHUT_WR) == 0);
  pair.server.send("onse");
  pair.client.receive(4);
  pair.client.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.exchanges == 1);
  CHECK(ended.record.first_byte_count == 1);
  CHECK(ended.socket.sent_since_receive == 0);
}

TEST_CASE("each exchange's time to first byte is in one bucket, more of them than a connection keeps, too") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  constexpr std::uint64_t exchanges = 140000;  // a bucket of a record holds 65535, and most fall into two or three
  for (std::uint64_t exchange = 0; exchange < exchanges; ++exchange) {
    pair.client.send("q");
    pair.server.receive(1);
    pair.server.send("a");
    pair.client.receive(1);
  }
  const auto of_process = [&] {
    const auto* row = watch.process(getpid());
    REQUIRE(row != nullptr);
    REQUIRE(row->roles[SW_ROLE_CLIENT]);
    const auto& histogram = row->roles[SW_ROLE_CLIENT]->histograms[SW_HISTOGRAM_FIRST_BYTE_US];
    return std::pair{std::accumulate(std::begin(histogram.count), std::end(histogram.count), std::uint64_t{0}),
                     histogram.sum};
  };
  watch.scan();
  const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
  REQUIRE(live != nullptr);
  const auto& kept = live->record.first_bytes;
  const auto of_connection = std::accumulate(std::begin(kept), std::end(kept), std::uint64_t{0});
  CHECK(of_connection + of_process().first == exchanges);
  CHECK(of_process().second == 0);
  const auto sum_ns = live->record.first_byte_sum_ns;
  pair.client.close();
  watch.released(SW_ROLE_CLIENT, client, server);
  pair.server.close();
  watch.ended(SW_ROLE_CLIENT, client, server);
  watch.scan();
  CHECK(of_process().first == exchanges);
  CHECK(of_process().second == sum_ns / 1000);
}

TEST_CASE("the times of sends are known while they are wanted, and only then") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  const auto last_send_ns = [&] {
    const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
    REQUIRE(live != nullptr);
    return live->record.last_send_ns;
  };
  pair.client.send("one");
  watch.scan({.send_times = true});
  CHECK(last_send_ns() == 0);
  const std::uint64_t before = now_ns();
  pair.client.send("two");
  const std::uint64_t after = now_ns();
  watch.scan();
  const std::uint64_t seen = last_send_ns();
  const auto& hooks = watch.hooks();
  const bool able = std::any_of(hooks.begin(), hooks.end(), [](const HookStatus& hook) {
    return hook.name == "sock_send_length" && hook.attached;
  });
  CHECK((seen != 0) == able);
  if (able) CHECK((seen >= before && seen <= after));
  pair.client.send("three");
  watch.scan();
  CHECK(last_send_ns() == seen);
}

}  // namespace sockwarden::testing
