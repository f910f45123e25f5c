#include <catch2/catch.hpp>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("connections that are used once and keep coming have leaked, and the one in use has not") {
  PoolStage stage;
  for (int i = 0; i < 9; ++i) {
    stage.exchange(stage.open());
    stage.wait(0.5);
  }
  const std::uint64_t last = stage.open();
  for (int i = 0; i < 6; ++i) {
    stage.exchange(last);
    stage.wait(1);
  }
  const auto findings = stage.ask(connection_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 9);
  CHECK(findings[0].confidence == Confidence::likely);
}

TEST_CASE("of connections that have leaked the last one counts, too") {
  PoolStage stage;
  for (int i = 0; i < 20; ++i) {
    stage.exchange(stage.open());
    stage.wait(0.5);
  }
  stage.wait(5);
  const auto findings = stage.ask(connection_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 20);
}

TEST_CASE("a pool that is filled once has not leaked, whether it is then used or not") {
  const bool is_used = GENERATE(false, true);
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(stage.open());
    stage.exchange(ids.back());
    stage.wait(0.1);
  }
  for (int i = 0; i < 20; ++i) {
    if (is_used) stage.exchange(ids.back());
    stage.wait(1);
    CHECK(stage.ask(connection_leak).empty());
  }
}

TEST_CASE("a pool that is filled slowly beside its work, and replaces its members by age, has not leaked") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 160; ++i) {
    if (ids.size() == 15 && i >= 60) {
      stage.close(ids.front());
      ids.erase(ids.begin());
    }
    if (ids.size() < 15) {
      ids.push_back(stage.open());
      stage.exchange(ids.back());
    }
    if (i % 3 == 0) stage.exchange(ids.back());  // last in, first out
    stage.wait(0.3);
    if (i % 3 == 0) stage.scan();
    CHECK(stage.ask(connection_leak).empty());
  }
}

TEST_CASE("separate clients that come back after a rest have not leaked, also while all of them rest") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(stage.open());
    stage.exchange(ids.back());
    stage.wait(0.25);
  }
  for (int round = 0; round < 3; ++round) {
    for (const std::uint64_t id : ids) {
      stage.record(id).longest_idle_ns = 5 * second_ns;
      stage.exchange(id);
      stage.wait(0.25);
      CHECK(stage.ask(connection_leak).empty());
    }
  }
  stage.wait(7);
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("a pool that merely stands idle has not leaked") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(stage.open());
  for (const std::uint64_t id : ids) stage.request(id);
  for (const std::uint64_t id : ids) stage.respond(id);
  for (int i = 0; i < 10; ++i) {
    stage.exchange(ids.back());  // the last one given back is the first one taken
    stage.wait(1);
  }
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("a connection that is used again has not leaked") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(stage.open());
    stage.exchange(ids.back());
    stage.wait(0.5);
  }
  stage.wait(6);
  REQUIRE(stage.ask(connection_leak).size() == 1);
  for (const std::uint64_t id : ids) stage.exchange(id);
  stage.scan();
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("a connection whose name is another is no newer one") {
  PoolStage stage;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t id = stage.open();
    const std::string name = "host" + std::to_string(i);
    std::copy(name.begin(), name.end(), stage.record(id).wire.text);
    stage.record(id).wire.text_length = static_cast<__u8>(name.size());
    stage.exchange(id);
    stage.wait(0.5);
  }
  stage.wait(6);
  CHECK(stage.ask(connection_leak).empty());
}

namespace {

void peer_closes(PoolStage& stage, std::uint64_t id) { stage.world.half_close(id); }

/// The peer has closed each before the next one was opened.
void leave_half_closed(PoolStage& stage, int count) {
  for (int i = 0; i < count; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    peer_closes(stage, id);
    stage.world.now_ns += 150 * ms_ns;
  }
}

}  // namespace

TEST_CASE("what the peer has closed and the program has not is a leak after the grace, proven") {
  PoolStage stage;
  leave_half_closed(stage, 4);
  stage.wait(2);
  CHECK(stage.ask(connection_leak).empty());
  stage.wait(4);
  const auto findings = stage.ask(connection_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 4);
  CHECK(findings[0].confidence == Confidence::proven);
}

TEST_CASE("a pool at rest whose connections the peer has closed replaces them when it wants to use them") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back(stage.open());
    stage.exchange(ids.back());
  }
  stage.wait(5);
  for (const std::uint64_t id : ids) peer_closes(stage, id);
  stage.wait(20);
  CHECK(stage.ask(connection_leak).empty());
  // Some are replaced, the others stay.
  for (std::size_t i = 0; i < 8; ++i) {
    stage.close(ids[i], SW_CLOSED_BY_PEER);
    stage.world.ended().record.own_closed_ns = stage.world.now_ns;
    stage.exchange(stage.open());
  }
  stage.wait(3);
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("a pool of which only a few are used, and replaced each time that the peer has closed them, is at rest") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back(stage.open());
    stage.exchange(ids.back());
  }
  stage.wait(5);
  for (const std::uint64_t id : ids) peer_closes(stage, id);
  for (int round = 0; round < 4; ++round) {
    stage.wait(3);
    for (std::size_t i = 0; i < 3; ++i) {
      stage.close(ids[i], SW_CLOSED_BY_PEER);
      stage.world.ended().record.own_closed_ns = stage.world.now_ns;
      ids[i] = stage.open();
      stage.exchange(ids[i]);
    }
    stage.wait(5);
    for (std::size_t i = 0; i < 3; ++i) peer_closes(stage, ids[i]);
    CHECK(stage.ask(connection_leak).empty());
  }
}

TEST_CASE("what the peer has closed is a leak where newer ones are opened besides") {
  PoolStage stage;
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    peer_closes(stage, id);
  }
  stage.wait(6);
  CHECK(stage.ask(connection_leak).empty());
  for (int i = 0; i < 4; ++i) stage.one_shot();
  stage.wait(1);
  const auto findings = stage.ask(connection_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 4);
}

TEST_CASE("a slow reader of what a closed peer sent has not leaked") {
  PoolStage stage;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(stage.open());
    stage.exchange(ids.back());
    stage.world.half_close(ids.back());
  }
  for (int i = 0; i < 8; ++i) {
    stage.wait(1);
    for (const std::uint64_t id : ids) stage.record(id).last_receive_ns = stage.world.now_ns;
  }
  stage.scan();
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("files that are opened on and on and never read have leaked, all of them counted") {
  PoolStage stage;
  for (int i = 0; i < 6; ++i) {
    for (int n = 0; n < 5; ++n) stage.hold(SW_DESCRIPTOR_FILE, 7);
    stage.wait(1);
  }
  stage.wait(6);
  const auto findings = stage.ask(fd_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "file");
  CHECK(findings[0].count == 30);
  stage.held.clear();
  stage.wait(1);
  CHECK(stage.ask(fd_leak).empty());
}

TEST_CASE("the forecast names the limit and the time") {
  PoolStage stage;
  stage.world.facts(100).descriptor_limit = 1024;
  for (int i = 0; i < 12; ++i) {
    for (int n = 0; n < 2; ++n) stage.hold(SW_DESCRIPTOR_EVENTFD, 1);
    stage.wait(1);
  }
  const auto findings = stage.ask(fd_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].summary.find("limit of 1,024 in ") != std::string::npos);
}

TEST_CASE("files held from start to end, read files, and what comes and goes have not leaked") {
  PoolStage stage;
  SECTION("500 files at once") {
    for (std::uint64_t n = 0; n < 500; ++n) stage.hold(SW_DESCRIPTOR_FILE, n);
    stage.wait(12);
  }
  SECTION("read on and on") {
    for (int i = 0; i < 12; ++i) {
      for (int n = 0; n < 5; ++n) stage.hold(SW_DESCRIPTOR_FILE, 7);
      for (sw_descriptor& one : stage.held) one.position += 100;
      stage.wait(1);
    }
    for (sw_descriptor& one : stage.held) one.position += 100;
    stage.wait(6);
  }
  SECTION("a bounded cache that turns over") {
    for (int i = 0; i < 12; ++i) {
      for (int n = 0; n < 20; ++n) stage.hold(SW_DESCRIPTOR_FILE, 7);
      while (stage.held.size() > 60) stage.held.erase(stage.held.begin());
      stage.wait(1);
    }
  }
  SECTION("pipes of children that come and go") {
    for (int i = 0; i < 16; ++i) {
      for (int n = 0; n < 4; ++n) stage.hold(SW_DESCRIPTOR_PIPE, stage.last_file);
      while (stage.held.size() > 24) stage.held.erase(stage.held.begin());
      stage.wait(1);
    }
  }
  CHECK(stage.ask(fd_leak).empty());
}

TEST_CASE("TCP sockets that are made and never connected are leaked connections, and no descriptors besides") {
  PoolStage stage;
  for (int i = 0; i < 6; ++i) {
    for (int n = 0; n < 5; ++n) stage.hold(SW_DESCRIPTOR_SOCKET, stage.last_file, 7);
    stage.wait(1);
  }
  stage.wait(6);
  const auto findings = stage.ask(connection_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 30);
  CHECK(stage.ask(fd_leak).empty());
}
