#include <catch2/catch.hpp>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

void leave_unread(PoolStage& stage, std::uint32_t bytes, unsigned request_flags = 0, unsigned response_flags = 0) {
  const std::uint64_t id = stage.open();
  stage.request(id, request_flags);
  stage.respond(id, response_flags);
  stage.record(id).unread_bytes = bytes;
  stage.close(id, SW_CLOSER_OWN, SW_MANNER_RESET);
}

/// `workers` requests at once, of which the pool keeps `keep` connections.
void round_of(PoolStage& stage, std::vector<std::uint64_t>& kept, std::size_t workers, std::size_t keep) {
  std::vector<std::uint64_t> used = kept;
  if (used.size() > workers) used.resize(workers);
  while (used.size() < workers) used.push_back(stage.open());
  for (const std::uint64_t id : used) stage.request(id);
  stage.world.now_ns += 20 * ms_ns;
  std::vector<std::uint64_t> next(kept.begin() + static_cast<std::ptrdiff_t>(std::min(kept.size(), workers)),
                                  kept.end());
  for (const std::uint64_t id : used) {
    stage.respond(id);
    if (next.size() < keep) {
      next.push_back(id);
    } else {
      stage.close(id);
    }
  }
  kept = next;
}

}  // namespace

TEST_CASE("responses that are closed unread are undrained bodies, each counted once") {
  PoolStage stage;
  for (int i = 0; i < 5; ++i) leave_unread(stage, 1000);
  stage.scan();
  const auto findings = stage.ask(undrained_body);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 5);
  CHECK(findings[0].subjects.size() == 5);
  CHECK(findings[0].confidence == Confidence::proven);
  CHECK(std::get<std::int64_t>(findings[0].evidence.at("unread_bytes")) == 5000);
  CHECK(stage.ask(pool_churn).empty());
}

TEST_CASE("a body whose rest came only after the close is undrained") {
  PoolStage stage;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id);
    stage.respond(id);
    stage.record(id).wire.flow[SW_INGRESS].done_ns = stage.world.now_ns + ms_ns;
    stage.close(id);
  }
  stage.scan();
  CHECK(stage.ask(undrained_body).size() == 1);
}

TEST_CASE("what was said to be the last exchange may be left unread") {
  PoolStage stage;
  for (int i = 0; i < 5; ++i) leave_unread(stage, 1000, SW_FLOW_CLOSE);
  for (int i = 0; i < 5; ++i) leave_unread(stage, 1000, 0, SW_FLOW_CLOSE);
  for (int i = 0; i < 5; ++i) leave_unread(stage, 1000, 0, SW_FLOW_UPGRADED);
  stage.scan();
  CHECK(stage.ask(undrained_body).empty());
}

TEST_CASE("a client that gives up waiting for the rest of a body drains what it can") {
  PoolStage stage;
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id);
    stage.respond(id);
    stage.record(id).wire.flow[SW_INGRESS].message = SW_MESSAGE_BODY;
    stage.world.now_ns += 2 * second_ns;
    stage.close(id);
  }
  stage.scan();
  CHECK(stage.ask(undrained_body).empty());
}

TEST_CASE("the end of a process leaves bodies unread, and one or two are an accident") {
  PoolStage stage;
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t id = stage.open();
    stage.turn(id);
    stage.record(id).unread_bytes = 10;
    stage.close(id, SW_CLOSER_OWN, SW_MANNER_EXIT);
  }
  for (int i = 0; i < 2; ++i) leave_unread(stage, 1000);
  stage.scan();
  CHECK(stage.ask(undrained_body).empty());
}

TEST_CASE("undrained bodies are forgotten when they stop") {
  PoolStage stage;
  for (int i = 0; i < 5; ++i) leave_unread(stage, 1000);
  stage.scan();
  REQUIRE(stage.ask(undrained_body).size() == 1);
  stage.wait(13);
  CHECK(stage.ask(undrained_body).empty());
}

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
  CHECK(findings[0].count == 7);  // after the last one nothing more was opened
  CHECK(stage.ask(undrained_body).empty());
}

TEST_CASE("requests that ask for the close are churn by keep-alive-off, whoever closes") {
  PoolStage stage;
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id, SW_FLOW_CLOSE);
    stage.respond(id, SW_FLOW_CLOSE);
    stage.close(id, SW_CLOSER_PEER);
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
    stage.turn(id);
    sw_wire& wire = stage.record(id).wire;
    wire.flow[SW_EGRESS].protocol = wire.flow[SW_INGRESS].protocol = SW_PROTOCOL_POSTGRESQL;
    wire.text_statements += statements;
  };
  const auto [statements, cause] = GENERATE(table<std::uint32_t, std::string>({
      {requests_of_one_use("postgresql"), "connection-per-query"},
      {requests_of_one_use("postgresql") + 1, "unknown"},
  }));
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t id = stage.open();
    work(id, statements);
    stage.close(id);
    stage.wait(1);
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
  stage.turn(stage.open());
  for (int i = 0; i < 10; ++i) {
    stage.one_shot();
    stage.wait(1);
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
      stage.close(id, SW_CLOSER_PEER);
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

TEST_CASE("a burst of forty over two is unbounded") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 14; ++i) {
    round_of(stage, kept, i == 6 ? 40 : 2, 100);
    stage.wait(1);
  }
  const auto findings = stage.ask(pool_unbounded);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 40);
  CHECK(stage.ask(connection_leak).empty());
}

TEST_CASE("a burst may lie in several scans") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 16; ++i) {
    round_of(stage, kept, i >= 6 && i < 9 ? 40 : 2, 100);
    stage.wait(1);
  }
  REQUIRE(stage.ask(pool_unbounded).size() == 1);
}

TEST_CASE("load that lasts, a small burst, and a pool that is filled at the start are bounded enough") {
  PoolStage stage;
  std::vector<std::uint64_t> kept;
  SECTION("load that lasts") {
    for (int i = 0; i < 14; ++i) {
      round_of(stage, kept, i >= 6 ? 40 : 2, 100);
      stage.wait(1);
    }
  }
  SECTION("load that comes and goes") {
    for (int i = 0; i < 18; ++i) {
      round_of(stage, kept, i >= 6 && i < 12 ? 40 : 2, 100);
      stage.wait(1);
    }
  }
  SECTION("a small burst") {
    for (int i = 0; i < 14; ++i) {
      round_of(stage, kept, i == 6 ? 12 : 2, 100);
      stage.wait(1);
    }
  }
  SECTION("filled at the start") {
    for (int i = 0; i < 14; ++i) {
      round_of(stage, kept, i == 0 ? 40 : 2, 100);
      stage.wait(1);
    }
  }
  CHECK(stage.ask(pool_unbounded).empty());
}

TEST_CASE("requests on connections that the peer closed when idle are stale") {
  PoolStage stage;
  const bool farewell = GENERATE(false, true);
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.turn(id);
    stage.wait(1.5);
    stage.record(id).peer_closed_ns = stage.world.now_ns;
    stage.record(id).flags |= SW_FLAG_PEER_FIN;
    stage.wait(1.5);
    stage.record(id).last_send_ns = stage.world.now_ns;
    stage.record(id).flags |= farewell ? 0 : SW_FLAG_RESET_RECEIVED;
    stage.world.connection(id).socket.unsent_bytes = 90;
    const std::uint64_t peer_closed_ns = stage.record(id).peer_closed_ns;
    stage.record(id).own_closed_ns = stage.world.now_ns;
    stage.world.connection(id).record.closer = SW_CLOSER_PEER;
    const std::uint64_t now_ns = stage.world.now_ns;
    stage.world.now_ns = peer_closed_ns;  // the first end is the peer's
    stage.world.close(id, SW_CLOSER_PEER, SW_MANNER_FIN);
    stage.world.now_ns = now_ns;
  }
  stage.scan();
  const auto findings = stage.ask(stale_reuse);
  if (farewell) {
    CHECK(findings.empty());
    return;
  }
  REQUIRE(findings.size() == 1);
  CHECK(std::get<double>(findings[0].evidence.at("peer_idle_limit_seconds")) == Approx(1.5).margin(0.1));
  CHECK(std::get<double>(findings[0].evidence.at("too_long_by_seconds")) == Approx(1.5).margin(0.1));
}

TEST_CASE("a reset under SO_LINGER 0 that throws data away is reported, one that does not is not") {
  PoolStage stage;
  const std::uint32_t unsent = GENERATE(0U, 5000U);
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t id = stage.open();
    stage.turn(id);
    stage.world.connection(id).socket.option_flags |= SW_IN_FORCE_LINGER;
    stage.world.connection(id).socket.unsent_bytes = unsent;
    stage.close(id, SW_CLOSER_OWN, SW_MANNER_RESET);
  }
  stage.scan();
  CHECK(stage.ask(socket_option).size() == (unsent == 0 ? 0 : 1));
}

TEST_CASE("a reset that comes before the send returns tells of stale reuse by what lies unacknowledged") {
  PoolStage stage;
  const std::uint32_t unsent = GENERATE(1U, 90U);  // our FIN alone, or a request
  const bool under_way = GENERATE(false, true);    // the peer refused the rest of a request
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.turn(id);
    stage.wait(1.5);
    sw_connection& raw = stage.world.connection(id);
    const std::uint64_t peer_closed_ns = stage.world.now_ns;
    if (under_way) raw.record.request_sent_ns = peer_closed_ns - ms_ns;
    raw.socket.sent_since_receive = under_way ? 1 : 0;
    stage.wait(1.5);
    raw.record.flags |= SW_FLAG_PEER_FIN | SW_FLAG_RESET_RECEIVED;
    raw.socket.unsent_bytes = unsent;
    stage.world.close(id, SW_CLOSER_PEER, SW_MANNER_FIN);
    stage.world.ended().record.peer_closed_ns = peer_closed_ns;
  }
  stage.scan();
  CHECK(stage.ask(stale_reuse).size() == (unsent == 1 || under_way ? 0 : 1));
}

TEST_CASE("a session that says goodbye and shuts down is as ended as one that is closed") {
  PoolStage stage;
  const __u8 last = GENERATE('X', 'Q');
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t id = stage.open();
    stage.turn(id);
    sw_wire& wire = stage.record(id).wire;
    wire.flow[SW_EGRESS].protocol = wire.flow[SW_INGRESS].protocol = SW_PROTOCOL_POSTGRESQL;
    wire.flow[SW_EGRESS].field = last;
    wire.text_statements = 1;
    stage.world.now_ns += ms_ns;
    stage.world.close(id, SW_CLOSER_OWN, SW_MANNER_FIN);  // by shutdown(): not released
  }
  stage.scan();
  const auto findings = stage.ask(pool_churn);
  REQUIRE(findings.size() == (last == 'X' ? 1 : 0));
  if (last == 'X') CHECK(findings[0].qualifier == "connection-per-query");
}

TEST_CASE(
    "the end of a request that stays in the host while its head is under way is a stall, one that leaves is not") {
  PoolStage stage;
  const bool held = GENERATE(true, false);
  const std::uint64_t id = stage.open();
  for (int i = 0; i < 5; ++i) {
    stage.turn(id);
    stage.request(id);
    sw_connection& raw = stage.world.connection(id);
    sw_flow& flow = raw.record.wire.flow[SW_EGRESS];
    flow.message = SW_MESSAGE_BODY;
    flow.number = 40;
    flow.next_seq = raw.record.write_seq + 60;
    raw.socket.unsent_bytes = held ? 100 : 60;
    stage.world.now_ns += 20 * ms_ns;
    stage.scan();
    stage.world.now_ns += 20 * ms_ns;
    stage.respond(id);
  }
  CHECK(stage.ask(socket_option).size() == (held ? 1 : 0));
}
