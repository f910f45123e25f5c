#include <catch2/catch.hpp>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("requests on connections that the peer closed when idle are stale") {
  PoolStage stage;
  const bool closing_message = GENERATE(false, true);
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    stage.wait(1.5);
    stage.world.half_close(id);
    stage.wait(1.5);
    stage.record(id).last_send_ns = stage.world.now_ns;
    stage.record(id).flags |= closing_message ? 0 : SW_FLAG_RESET_RECEIVED;
    stage.world.connection(id).socket.unsent_bytes = 90;
    stage.record(id).own_closed_ns = stage.world.now_ns;
    stage.world.close(id, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_FIN);
  }
  stage.scan();
  const auto findings = stage.ask(stale_reuse);
  if (closing_message) {
    CHECK(findings.empty());
    return;
  }
  REQUIRE(findings.size() == 1);
  CHECK(std::get<double>(findings[0].evidence.at("peer_idle_limit_seconds")) == Approx(1.5).margin(0.1));
  CHECK(std::get<double>(findings[0].evidence.at("too_long_by_seconds")) == Approx(1.5).margin(0.1));
}

TEST_CASE("a reset that comes before the send returns tells of stale reuse by what lies unacknowledged") {
  PoolStage stage;
  const std::uint32_t unsent = GENERATE(1U, 90U);  // our FIN alone, or a request
  const bool under_way = GENERATE(false, true);    // the peer refused the rest of a request
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    stage.wait(1.5);
    sw_connection& raw = stage.world.connection(id);
    const std::uint64_t peer_closed_ns = stage.world.now_ns;
    if (under_way) raw.record.request_sent_ns = peer_closed_ns - ms_ns;
    raw.socket.sent_since_receive = under_way ? 1 : 0;
    stage.wait(1.5);
    raw.record.flags |= SW_FLAG_PEER_FIN | SW_FLAG_RESET_RECEIVED;
    raw.socket.unsent_bytes = unsent;
    stage.world.close(id, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_FIN);
    stage.world.ended().record.peer_closed_ns = peer_closed_ns;
  }
  stage.scan();
  CHECK(stage.ask(stale_reuse).size() == (unsent == 1 || under_way ? 0 : 1));
}

TEST_CASE("an idle connection that the peer has reset is stale where the program tries to send, and only there") {
  PoolStage stage;
  const bool sent = GENERATE(true, false);
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    stage.wait(3);
    stage.record(id).flags |= SW_FLAG_RESET_RECEIVED;
    stage.world.connection(id).socket.sent_after_reset = sent ? 1 : 0;
    const std::uint64_t reset_ns = stage.world.now_ns;
    stage.wait(3);
    stage.world.close(id, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_RESET);
    stage.world.ended().record.peer_closed_ns = reset_ns;
  }
  stage.scan();
  const auto findings = stage.ask(stale_reuse);
  REQUIRE(findings.size() == (sent ? 1 : 0));
  if (!sent) return;
  CHECK(std::get<double>(findings[0].evidence.at("peer_idle_limit_seconds")) == Approx(3).margin(0.1));
  CHECK(std::get<double>(findings[0].evidence.at("reused_after_seconds")) == Approx(6).margin(0.1));
}

TEST_CASE("a peer that restarts under a steady client has no idle limit: the client's pauses were longer") {
  PoolStage stage;
  const std::uint64_t pause_ns = GENERATE(std::uint64_t{0}, second_ns);  // survived by the same connection before
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    stage.exchange(id);
    stage.record(id).longest_idle_ns = pause_ns;
    stage.wait(0.8);
    const std::uint64_t restart_ns = stage.world.now_ns;
    stage.record(id).flags |= SW_FLAG_PEER_FIN | SW_FLAG_RESET_RECEIVED;
    stage.world.now_ns += 200 * ms_ns;
    stage.record(id).last_send_ns = stage.world.now_ns;
    stage.world.connection(id).socket.unsent_bytes = 90;
    stage.world.close(id, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_FIN);
    stage.world.ended().record.peer_closed_ns = restart_ns;
    stage.wait(2);
  }
  stage.scan();
  CHECK(stage.ask(stale_reuse).empty() == (pause_ns != 0));
}
