#include "agent/model/pool.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

constexpr std::uint64_t ms_ns = 1'000'000;

/// A program with a pool, scanned every second.
struct Program {
  World world;
  Pools pools;
  Model model;
  std::uint32_t serial = world.start(100, "app");
  sw_address remote = v4(10, 0, 0, 7, 80);

  explicit Program(PoolLimits limits = {}) : pools(limits) { scan(); }

  void scan() {
    world.now_ns += 10 * ms_ns;
    const Sample sample = world.scan();
    model = Model::next(sample, model, {});
    pools.update(sample, model);
  }
  /// Time passes, with scans.
  void wait(std::uint64_t seconds) {
    for (std::uint64_t i = 0; i < seconds; ++i) {
      world.now_ns += second_ns - 10 * ms_ns;
      scan();
    }
  }
  std::uint64_t open() { return world.client(serial, remote); }
  void request(std::uint64_t id) {
    sw_connection& raw = world.connection(id);
    raw.record.request_sent_ns = raw.record.last_send_ns = world.now_ns;
    raw.socket.sent_since_receive = 1;
  }
  void respond(std::uint64_t id) {
    sw_connection& raw = world.connection(id);
    ++raw.record.exchanges;
    raw.record.flags |= SW_FLAG_RECEIVED;
    raw.record.last_receive_ns = world.now_ns;
    raw.socket.sent_since_receive = 0;
  }
  void exchange(std::uint64_t id) {
    request(id);
    world.now_ns += ms_ns;
    respond(id);
  }
  const Pool& pool() const {
    const Pool* found = pools.find({serial, Address::from(remote)});
    REQUIRE(found != nullptr);
    return *found;
  }
};

/// `workers` requests at once, each on a connection of its own unless one is idle; the pool keeps `keep` of them.
void burst(Program& program, std::vector<std::uint64_t>& kept, std::size_t workers, std::size_t keep) {
  std::vector<std::uint64_t> used = kept;
  while (used.size() < workers) used.push_back(program.open());
  for (const std::uint64_t id : used) program.request(id);
  program.world.now_ns += 20 * ms_ns;
  kept.clear();
  for (const std::uint64_t id : used) {
    program.world.now_ns += ms_ns / 10;
    program.respond(id);
    if (kept.size() < keep) {
      kept.push_back(id);
    } else {
      program.world.now_ns += ms_ns / 20;
      program.world.close(id);
    }
  }
}

}  // namespace

TEST_CASE("a connection is in use from its request to its response") {
  Program program;
  const auto first = program.open();
  const auto second = program.open();
  program.exchange(first);
  program.request(second);
  program.scan();
  CHECK(program.pool().open == 2);
  CHECK(program.pool().in_use == 1);
  CHECK(program.pool().idle == 1);
  program.respond(second);
  program.scan();
  CHECK(program.pool().in_use == 0);
  CHECK(program.pool().idle == 2);
}

TEST_CASE("a response whose body is not complete keeps its connection in use") {
  Program program;
  const auto id = program.open();
  program.exchange(id);
  sw_flow& flow = program.world.connection(id).record.wire.flow[SW_INGRESS];
  flow.message = SW_MESSAGE_BODY;
  program.scan();
  CHECK(program.pool().in_use == 1);
  flow.message = SW_MESSAGE_COMPLETE;
  program.scan();
  CHECK(program.pool().in_use == 0);
}

TEST_CASE("what is sent behind the answer and wants none leaves the connection idle") {
  Program program;
  const auto id = program.open();
  program.exchange(id);
  const std::uint64_t asked_ns = program.world.connection(id).record.request_sent_ns;
  program.request(id);  // MySQL's COM_STMT_CLOSE
  sw_flow& sent = program.world.connection(id).record.wire.flow[SW_EGRESS];
  sent.protocol = SW_PROTOCOL_MYSQL;
  sent.mysql.no_answer = 1;
  sent.started_ns = asked_ns;
  program.scan();
  CHECK(program.pool().in_use == 0);
  CHECK(program.pool().peak_in_use.ever() == 1);
  sent.mysql.no_answer = 0;
  program.scan();
  CHECK(program.pool().in_use == 1);
}

TEST_CASE("a hundred workers on a pool that keeps two: 98 of 100 are thrown away, and the two are named") {
  Program program;
  std::vector<std::uint64_t> kept;
  constexpr std::uint64_t rounds = 5;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    burst(program, kept, 100, 2);
    program.wait(1);
  }
  const Pool& pool = program.pool();
  CHECK(pool.open == 2);
  CHECK(pool.opened == 100 + 98 * (rounds - 1));
  CHECK(pool.closed[SW_CLOSED_BY_OWN] == 98 * rounds);
  CHECK(pool.exchanges == 100 * rounds);
  CHECK(pool.discarded == 98 * rounds);
  CHECK(pool.kept_idle == 2);
  CHECK(pool.peak_in_use.recent() == 100);
  CHECK(pool.peak_open.recent() == 100);
  CHECK_FALSE(pool.idle_limit);
}

TEST_CASE("what a pool keeps shows where it is never at rest, too") {
  Program program;
  std::vector<std::uint64_t> kept;
  const auto busy = program.open();
  program.request(busy);  // a long poll, all the while
  for (int round = 0; round < 5; ++round) {
    burst(program, kept, 20, 4);
    program.wait(1);
  }
  CHECK(program.pool().kept_idle == 4);
}

TEST_CASE("a connection that the program has closed is not open while the kernel is still ending it") {
  Program program;
  const auto id = program.open();
  program.exchange(id);
  sw_connection& raw = program.world.connection(id);
  raw.record.flags |= SW_FLAG_RELEASED | SW_FLAG_OWN_FIN;
  raw.record.own_closed_ns = program.world.now_ns;
  raw.record.closed_by = SW_CLOSED_BY_OWN;
  raw.record.close_reason = SW_CLOSE_REASON_FIN;
  raw.socket.state = static_cast<std::uint8_t>(TcpState::fin_wait2);
  program.scan();
  CHECK(program.pool().open == 0);
  CHECK(program.pool().openings.size() == 1);
  program.world.now_ns += ms_ns;
  program.world.close(id);
  program.scan();
  CHECK(program.pool().openings.size() == 1);
  CHECK(program.pool().discarded == 1);
}

TEST_CASE("a pool that keeps what it needs discards nothing") {
  Program program;
  std::vector<std::uint64_t> kept;
  for (int round = 0; round < 5; ++round) {
    burst(program, kept, 100, 100);
    program.wait(1);
  }
  const Pool& pool = program.pool();
  CHECK(pool.opened == 100);
  CHECK(pool.discarded == 0);
  CHECK_FALSE(pool.kept_idle);
  CHECK(pool.idle == 100);
  CHECK(pool.peak_in_use.recent() == 100);
}

TEST_CASE("one connection after another needs but one, however many were opened") {
  Program program;
  for (int i = 0; i < 20; ++i) {
    const auto id = program.open();
    program.exchange(id);
    program.world.now_ns += ms_ns;
    program.world.close(id);
    if (i % 5 == 0) program.scan();
  }
  program.scan();
  const Pool& pool = program.pool();
  CHECK(pool.opened == 20);
  CHECK(pool.peak_in_use.ever() == 1);
  CHECK(pool.peak_open.ever() == 1);
  CHECK(pool.exchanges_per_connection() == 1.0);
  CHECK(pool.kept_idle == 0);
}

TEST_CASE("connections closed after a constant idleness betray our idle limit") {
  Program program;
  for (int i = 0; i < 4; ++i) {
    const auto id = program.open();
    program.exchange(id);
    program.wait(static_cast<std::uint64_t>(i));
    program.exchange(id);
    program.wait(30);
    program.world.close(id);
    program.scan();
  }
  const Pool& pool = program.pool();
  REQUIRE(pool.idle_limit);
  CHECK(std::abs(pool.idle_limit->count() - 30'000) < 100);
  CHECK_FALSE(pool.lifetime_limit);
  CHECK_FALSE(pool.peer_idle_limit);
  CHECK(pool.discarded == 0);
}

TEST_CASE("an idleness that connections have outlived is no limit") {
  Program program;
  const auto survivor = program.open();
  program.exchange(survivor);
  for (int i = 0; i < 4; ++i) {
    const auto id = program.open();
    program.exchange(id);
    program.wait(30);
    program.world.close(id);
  }
  program.exchange(survivor);
  program.scan();
  CHECK(program.pool().longest_idle_at_reuse > 100s);
  CHECK_FALSE(program.pool().idle_limit);
}

TEST_CASE("what the peer closes after a constant idleness is the peer's limit") {
  Program program;
  for (int i = 0; i < 4; ++i) {
    const auto id = program.open();
    program.exchange(id);
    program.wait(5);
    program.world.close(id, SW_CLOSED_BY_PEER);
    program.scan();
  }
  REQUIRE(program.pool().peer_idle_limit);
  CHECK(std::abs(program.pool().peer_idle_limit->count() - 5'000) < 100);
  CHECK_FALSE(program.pool().idle_limit);
  CHECK(program.pool().closed[SW_CLOSED_BY_PEER] == 4);
}

TEST_CASE("connections closed at a constant age however they were used betray a lifetime limit") {
  Program program;
  std::mt19937 random(1);
  for (int i = 0; i < 5; ++i) {
    const auto id = program.open();
    for (std::uint64_t second = 0; second < 60; ++second) {
      if (second < 10 + 10 * static_cast<std::uint64_t>(i)) program.exchange(id);
      program.wait(1);
    }
    program.world.close(id);
    program.scan();
  }
  const Pool& pool = program.pool();
  REQUIRE(pool.lifetime_limit);
  CHECK(std::abs(pool.lifetime_limit->count() - 60'000) < 1'000);
  CHECK_FALSE(pool.idle_limit);
}

TEST_CASE("the exit of a program betrays no limit") {
  Program program;
  for (int i = 0; i < 5; ++i) program.exchange(program.open());
  program.wait(20);
  program.world.exit(program.serial);
  program.scan();
  CHECK_FALSE(program.pool().idle_limit);
  CHECK_FALSE(program.pool().lifetime_limit);
  CHECK(program.pool().open == 0);
  CHECK(program.pool().closed_in_all() == 5);
}

TEST_CASE("idleness before a reuse is recorded") {
  Program program;
  const auto id = program.open();
  program.exchange(id);
  program.wait(8);
  program.exchange(id);
  program.scan();
  CHECK(program.pool().longest_idle_at_reuse > 7s);
  CHECK(program.pool().longest_idle_at_reuse < 9s);
}

TEST_CASE("connections that only try are not open") {
  Program program;
  program.world.connection(program.open()).socket.state = static_cast<std::uint8_t>(TcpState::syn_sent);
  program.scan();
  CHECK(program.pools.find({program.serial, Address::from(program.remote)}) == nullptr);
}

TEST_CASE("a pool with nothing left is forgotten, one with a connection never") {
  Program program;
  program.exchange(program.open());
  const sw_address other = v4(10, 0, 0, 8, 80);
  program.world.close(program.world.client(program.serial, other));
  program.scan();
  CHECK(program.pools.all().size() == 2);
  program.world.now_ns += 3600 * second_ns;
  program.scan();
  CHECK(program.pools.all().size() == 1);
  CHECK(program.pool().open == 1);
}

TEST_CASE("pools are bounded: unused ones make room, open ones stay, the rest is counted") {
  Program program({.pools = 100, .connections = 1'000});
  for (std::uint32_t host = 0; host < 60; ++host) program.world.client(program.serial, host_number(host, 80));
  for (std::uint32_t host = 100; host < 140; ++host)
    program.world.close(program.world.client(program.serial, host_number(host, 80)));
  program.scan();
  CHECK(program.pools.dropped() == 0);
  for (std::uint32_t host = 200; host < 300; ++host) program.world.client(program.serial, host_number(host, 80));
  program.scan();
  CHECK(program.pools.all().size() <= 100);
  CHECK(program.pools.dropped() >= 60);
  for (std::uint32_t host = 0; host < 60; ++host)
    CHECK(program.pools.find({program.serial, Address::from(host_number(host, 80))}) != nullptr);
}

TEST_CASE("pools of a process that is gone go with it") {
  Program program;
  program.world.close(program.open());
  program.scan();
  REQUIRE(program.pools.all().size() == 1);
  program.world.exit(program.serial);
  program.scan();
  program.scan();
  CHECK(program.pools.all().empty());
}

TEST_CASE("a pool at rest costs less than a kilobyte, with a connection or without") {
  Program program;
  constexpr std::uint32_t pools = 100;
  for (std::uint32_t host = 0; host < pools; ++host) {
    const auto used = program.world.client(program.serial, host_number(host, 80));
    program.exchange(used);
    for (int i = 0; i < 5; ++i) program.world.close(program.world.client(program.serial, host_number(host, 80)));
    if (host % 2 == 0) program.world.close(used);
  }
  program.scan();
  program.wait(700);  // more than the history, less than the retention
  CHECK(program.pools.all().size() == pools);
  CHECK(program.pools.tables().front().bytes < pools * 1000);
}

TEST_CASE("rounds in which nothing happens are few, and the last two are the latest") {
  Program program;
  program.exchange(program.open());
  program.wait(100);
  const auto& rounds = program.pool().rounds;
  CHECK(rounds.size() <= 10);
  CHECK(rounds.back().time == program.model.time);
  CHECK(program.model.time - rounds[rounds.size() - 2].time < 2s);
}

TEST_CASE("whatever a program does, its pool adds up") {
  const unsigned seed = GENERATE(range(0U, 8U));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random); };
  Program program;
  std::vector<std::uint64_t> open;
  std::uint64_t most_open = 0;
  for (int round = 0; round < 100; ++round) {
    for (std::size_t step = 0, steps = pick(20); step < steps; ++step) {
      program.world.now_ns += ms_ns;
      switch (pick(5)) {
        case 0:
        case 1:
          open.push_back(program.open());
          break;
        case 2:
          if (!open.empty()) {
            const std::size_t victim = pick(open.size());
            program.world.close(open[victim], static_cast<sw_closed_by>(1 + pick(2)));  // either side
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(victim));
          }
          break;
        default:
          if (!open.empty()) program.exchange(open[pick(open.size())]);
      }
      most_open = std::max<std::uint64_t>(most_open, open.size());
    }
    program.scan();
    if (program.pools.all().empty()) continue;
    const Pool& pool = program.pool();
    CHECK(pool.open == open.size());
    CHECK(pool.in_use + pool.idle == pool.open);
    CHECK(pool.opened + pool.preexisting - pool.closed_in_all() == pool.open);
    CHECK(pool.details == pool.closed_in_all());
    CHECK(pool.peak_open.ever() == most_open);
    CHECK(pool.peak_in_use.ever() <= most_open);
  }
}
