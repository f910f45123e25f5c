#include <catch2/catch.hpp>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("a client for each request is churn by client-per-request") {
  PoolStage stage;
  for (int i = 0; i < 8; ++i) {
    stage.one_shot();
    stage.wait(0.5);
  }
  stage.scan();
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "client-per-request");
  CHECK(findings[0].count == 8);  // with the last one, after which nothing more was opened
  CHECK(stage.ask(undrained_body).empty());
}

TEST_CASE("a relay's closes behind its own clients are none of its churn, those before its clients' are") {
  const bool passes_on = GENERATE(true, false);
  PoolStage stage;
  for (int i = 0; i < 8; ++i) {
    const sw_address client = v4(10, 0, 0, 9, static_cast<std::uint16_t>(50000 + i));
    const std::uint64_t served = stage.world.open(stage.serial, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), client);
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    if (passes_on) stage.world.close(served, SW_CLOSED_BY_PEER);
    stage.close(id);
    stage.world.now_ns += ms_ns;
    if (!passes_on) stage.world.close(served, SW_CLOSED_BY_PEER);
    stage.wait(0.5);
  }
  stage.scan();
  CHECK(stage.ask(pool_churn).empty() == passes_on);
}

TEST_CASE("requests that ask for the close are churn by keep-alive-off, whoever closes") {
  PoolStage stage;
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id, SW_FLOW_CLOSE);
    stage.respond(id, SW_FLOW_CLOSE);
    stage.close(id, SW_CLOSED_BY_PEER);
    stage.wait(0.3);
  }
  stage.scan();
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "keep-alive-off");
  CHECK(findings[0].confidence == Confidence::proven);
}

TEST_CASE("a pool that keeps two of ten is churn by idle-limit, with the limit named") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 6; ++i) {
    round_of(stage, kept, 10, 2);
    stage.wait(1);
  }
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "idle-limit");
  CHECK(std::get<std::int64_t>(findings[0].evidence.at("kept_idle")) == 2);
  CHECK(findings[0].summary.find("keeps 2 idle") != std::string::npos);
}

TEST_CASE("some that stay for a while and are not used again are not what a pool keeps") {
  PoolStage stage;
  std::vector<std::uint64_t> left;
  for (int i = 0; i < 12; ++i) {
    for (const std::uint64_t id : left) stage.close(id);
    left.clear();
    round_of(stage, left, 10, 2);
    stage.wait(1);
    for (const Finding& finding : stage.ask(pool_churn)) CHECK(finding.qualifier != "idle-limit");
  }
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "client-per-request");
}

TEST_CASE("a unit of work in a database is some statements; what serves more was used again") {
  PoolStage stage;
  stage.remote = v4(10, 0, 0, 7, 5432);
  const auto work = [&](std::uint64_t id, std::uint32_t statements) {
    stage.exchange(id);
    sw_wire& wire = stage.record(id).wire;
    speak(stage.record(id), SW_PROTOCOL_POSTGRESQL);
    wire.text_statements += statements;
  };
  const auto [statements, cause] = GENERATE(table<std::uint32_t, std::string>({
      {traits_of(Protocol::postgresql).requests_of_one_use, "connection-per-query"},
      {traits_of(Protocol::postgresql).requests_of_one_use + 1, "unknown"},
  }));
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t id = stage.open();
    work(id, statements);
    stage.close(id);
    stage.wait(0.5);
    stage.scan();
    for (const Finding& finding : stage.ask(pool_churn)) CHECK(finding.qualifier == cause);
  }
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == cause);
}

TEST_CASE("scans that come between the answers and the closes name no cause but the idle-limit") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int round = 0; round < 6; ++round) {
    while (kept.size() < 50) kept.push_back(stage.open());
    for (const std::uint64_t id : kept) stage.request(id);
    for (const std::uint64_t id : kept) stage.respond(id);
    stage.scan();
    for (const Finding& finding : stage.ask(pool_churn)) CHECK(finding.qualifier == "idle-limit");
    while (kept.size() > 10) {
      stage.close(kept.back());
      kept.pop_back();
      if (kept.size() == 30) stage.scan();
    }
    for (const Finding& finding : stage.ask(pool_churn)) CHECK(finding.qualifier == "idle-limit");
    stage.wait(1);
  }
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(std::get<std::int64_t>(findings[0].evidence.at("kept_idle")) == 10);
}

TEST_CASE("a client for each request beside a connection that stays is no idle-limit") {
  PoolStage stage;
  stage.exchange(stage.open());
  for (int i = 0; i < 20; ++i) {
    stage.one_shot();
    stage.wait(0.5);
    stage.scan();
  }
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "client-per-request");
}

TEST_CASE("a pool that keeps all ten, a burst that comes once, and a peer that closes are no churn") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  SECTION("all are kept") {
    for (int i = 0; i < 6; ++i) {
      round_of(stage, kept, 10, 10);
      stage.wait(1);
    }
  }
  SECTION("one burst") {
    for (int i = 0; i < 8; ++i) {
      round_of(stage, kept, i == 4 ? 30 : 2, 2);
      stage.wait(1);
    }
  }
  SECTION("the peer closes after each answer") {
    for (int i = 0; i < 8; ++i) {
      const std::uint64_t id = stage.open();
      stage.request(id);
      stage.respond(id, SW_FLOW_CLOSE);
      stage.close(id, SW_CLOSED_BY_PEER);
      stage.wait(0.3);
    }
  }
  SECTION("the server says close and the client closes first") {
    for (int i = 0; i < 8; ++i) {
      stage.one_shot(0, SW_FLOW_CLOSE);
      stage.wait(0.3);
    }
  }
  SECTION("a batch to many hosts") {
    for (std::uint8_t i = 1; i < 20; ++i) {
      stage.remote = v4(10, 0, 1, i, 80);
      stage.one_shot();
      stage.wait(0.2);
    }
  }
  stage.scan();
  CHECK(stage.ask(pool_churn).empty());
}

TEST_CASE("a session that sends Terminate and shuts down is as ended as one that is closed") {
  PoolStage stage;
  const __u8 last = GENERATE('X', 'Q');
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    sw_wire& wire = stage.record(id).wire;
    speak(stage.record(id), SW_PROTOCOL_POSTGRESQL);
    wire.flow[SW_EGRESS].postgresql.message_type = last;
    wire.text_statements = 1;
    stage.world.now_ns += ms_ns;
    stage.world.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_FIN);  // by shutdown(): not released
  }
  stage.scan();
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == (last == 'X' ? 1 : 0));
  if (last == 'X') CHECK(findings[0].qualifier == "connection-per-query");
}

TEST_CASE(
    "connections made one at a time at a steady, slow pace are probes; at another pace, or at once, they are not") {
  PoolStage stage;
  const auto [gaps, overlap, is_probe] = GENERATE(table<std::vector<double>, bool, bool>({
      {{1}, false, true},
      {{2}, false, true},
      {{2, 1}, false, true},  // two kinds of probe
      {{0.5}, false, false},
      {{2, 2.3, 2, 2.2, 2, 3.4}, false, true},  // on a busy host
      {{1, 4, 2.4, 1.3}, false, false},
      {{2}, true, false},
  }));
  const unsigned flags = GENERATE(0, SW_FLOW_CLOSE);
  for (std::size_t i = 0; i < 12; ++i) {
    std::vector<std::uint64_t> ids;
    for (int n = 0; n < (overlap ? 2 : 1); ++n) ids.push_back(stage.open());
    for (const std::uint64_t id : ids) stage.request(id, flags);
    for (const std::uint64_t id : ids) stage.respond(id);
    for (const std::uint64_t id : ids) stage.close(id);
    stage.wait(gaps[i % gaps.size()]);
  }
  stage.thresholds.leak = 10s;
  stage.scan();
  CHECK(stage.ask(pool_churn).empty() == is_probe);
}

TEST_CASE("a tunnel is one use, whatever the request for it says") {
  PoolStage stage;
  const __u8 method = GENERATE(SW_METHOD_CONNECT, SW_METHOD_GET);
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id, SW_FLOW_CLOSE);
    stage.record(id).wire.flow[SW_EGRESS].http.method = method;
    stage.respond(id, SW_FLOW_UPGRADED);
    stage.close(id);
    stage.wait(0.3);
  }
  stage.scan();
  CHECK(stage.ask(pool_churn).empty() == (method == SW_METHOD_CONNECT));
}

TEST_CASE("a pool that stays larger than what is used at once is not too small") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 10; ++i) kept.push_back(stage.open());
  for (const std::uint64_t id : kept) stage.exchange(id);
  for (int i = 0; i < 12; ++i) {
    for (const std::uint64_t id : {kept[0], kept[1]}) stage.exchange(id);
    stage.exchange(kept.back());  // the last use before its age limit
    stage.close(kept.back());
    kept.pop_back();
    kept.insert(kept.begin(), stage.open());
    stage.exchange(kept.front());
    stage.wait(0.5);
  }
  for (const Finding& finding : stage.ask(pool_churn)) CHECK(finding.qualifier != "idle-limit");
}

namespace {

/// A protocol that is not parsed: so many exchanges, then the program's close.
void unknown_use(PoolStage& stage, int exchanges, bool server_first = false, bool answered = true) {
  const std::uint64_t id = stage.open();
  sw_record& record = stage.record(id);
  sw_flow& out = record.wire.flow[SW_EGRESS];
  sw_flow& in = record.wire.flow[SW_INGRESS];
  out.protocol = in.protocol = SW_PROTOCOL_OTHER;
  out.started_ns = stage.world.now_ns + ms_ns;
  in.started_ns = server_first ? stage.world.now_ns : stage.world.now_ns + 2 * ms_ns;
  for (int i = 0; i < exchanges; ++i) stage.world.exchange(id);
  out.exchanges = static_cast<std::uint32_t>(exchanges);
  in.exchanges = static_cast<std::uint32_t>(exchanges - (answered ? 0 : 1));
  if (!answered) out.next_seq = record.write_seq + 100;
  stage.world.now_ns += 3 * ms_ns;
  stage.close(id);
}

}  // namespace

TEST_CASE("a connection for each piece of work is churn in a protocol that is not known as well") {
  PoolStage stage;
  const int exchanges = GENERATE(1, 2);
  for (int i = 0; i < 8; ++i) {
    unknown_use(stage, exchanges);
    stage.wait(0.3);
  }
  stage.scan();
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "client-per-request");
}

TEST_CASE("a session that the server greets, and one that ends without an answer, are no churn") {
  PoolStage stage;
  const bool server_first = GENERATE(true, false);
  for (int i = 0; i < 8; ++i) {
    unknown_use(stage, 2, server_first, server_first);
    stage.wait(0.3);
  }
  stage.scan();
  CHECK(stage.ask(pool_churn).empty());
}

TEST_CASE("Redis is a database") {
  PoolStage stage;
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    speak(stage.record(id), SW_PROTOCOL_REDIS);
    stage.close(id);
    stage.wait(0.3);
  }
  stage.scan();
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "connection-per-query");
}
