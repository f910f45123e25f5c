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
  stage.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
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

TEST_CASE("a long transfer that is broken off while more is to come is not undrained") {
  PoolStage stage;
  const auto [received, message, is_undrained] = GENERATE(table<std::uint64_t, sw_message, bool>({
      {3 << 20, SW_MESSAGE_BODY, false},
      {3 << 20, SW_MESSAGE_COMPLETE, true},  // all of it was there
      {200'000, SW_MESSAGE_BODY, true},
  }));
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id);
    stage.respond(id);
    stage.record(id).unread_bytes = 100'000;
    stage.record(id).wire.flow[SW_INGRESS].message = message;
    stage.world.connection(id).socket.bytes_received = received;
    stage.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
  }
  stage.scan();
  CHECK(stage.ask(undrained_body).empty() != is_undrained);
}

TEST_CASE("a body whose rest came only after the close is undrained") {
  PoolStage stage;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.request(id);
    stage.respond(id);
    stage.close(id);
    stage.world.now_ns += ms_ns;
    stage.world.ended().read_ns = stage.world.now_ns;
    stage.world.ended().record.wire.flow[SW_INGRESS].done_ns = stage.world.now_ns;
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
    stage.exchange(id);
    stage.record(id).unread_bytes = 10;
    stage.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_EXIT);
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

TEST_CASE("a proxy whose clients leave in the middle of an answer is not to blame, one that leaves most itself is") {
  const int propagated_close = GENERATE(3, 4, 5, 6);
  PoolStage stage;
  for (int i = 0; i < 6; ++i) {
    const std::uint64_t served =
        stage.world.open(stage.serial, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 50000));
    const std::uint64_t id = stage.open();
    stage.request(id);
    stage.respond(id);
    stage.record(id).unread_bytes = 1000;
    if (i < propagated_close) stage.world.close(served, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_RESET);
    stage.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
    stage.wait(0.1);
  }
  stage.scan();
  CHECK(stage.ask(undrained_body).empty() == (propagated_close >= 4));
}
