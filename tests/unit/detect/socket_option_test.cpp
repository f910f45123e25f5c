#include <catch2/catch.hpp>

#include "bpf/wire_step.h"
#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("a reset under SO_LINGER 0 that throws data away is reported, one that does not is not") {
  PoolStage stage;
  const std::uint32_t unsent = GENERATE(0U, 5000U);
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t id = stage.open();
    stage.exchange(id);
    stage.world.connection(id).socket.option_flags |= SW_IN_FORCE_LINGER;
    stage.world.connection(id).socket.unsent_bytes = unsent;
    stage.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
  }
  stage.scan();
  CHECK(stage.ask(socket_option).size() == (unsent == 0 ? 0 : 1));
}

TEST_CASE(
    "the end of a request that stays in the host while its head is under way is a stall, one that leaves is not") {
  PoolStage stage;
  const bool held = GENERATE(true, false);
  const std::uint64_t id = stage.open();
  for (int i = 0; i < 5; ++i) {
    stage.exchange(id);
    stage.request(id);
    sw_connection& raw = stage.world.connection(id);
    sw_flow& flow = raw.record.wire.flow[SW_EGRESS];
    flow.message = SW_MESSAGE_BODY;
    flow.parser.step = SW_STEP_BODY;
    flow.parser.number = 40;
    flow.next_seq = raw.record.write_seq + 60;
    raw.socket.unsent_bytes = held ? 100 : 60;
    stage.world.now_ns += 20 * ms_ns;
    stage.scan();
    stage.world.now_ns += 20 * ms_ns;
    stage.respond(id);
  }
  CHECK(stage.ask(socket_option).size() == (held ? 1 : 0));
}

namespace {

/// A server's connection whose process may be gone with it.
std::uint64_t serve(PoolStage& stage, std::uint32_t process) {
  return stage.world.open(process, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 50000));
}

std::uint32_t listening(PoolStage& stage) {
  stage.world.open(stage.serial, SW_ROLE_LISTENER, v4(0, 0, 0, 0, 80), {});
  return stage.serial;
}

}  // namespace

TEST_CASE("an answer that SO_LINGER 0 cuts off is the server's mistake, unless the client had stopped reading") {
  PoolStage stage;
  const std::uint32_t server = listening(stage);
  const std::uint64_t stopped_ns = GENERATE(std::uint64_t{0}, 5 * second_ns);
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t id = serve(stage, server);
    stage.world.exchange(id);
    stage.world.now_ns += stopped_ns;
    stage.world.connection(id).socket.option_flags |= SW_IN_FORCE_LINGER;
    stage.world.connection(id).socket.unsent_bytes = 5000;
    stage.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
  }
  stage.thresholds.leak = 20s;
  stage.scan();
  const auto findings = stage.ask(socket_option);
  REQUIRE(findings.size() == (stopped_ns == 0 ? 1 : 0));
  if (stopped_ns != 0) return;
  CHECK(findings[0].qualifier == "SO_LINGER");
  CHECK(findings[0].role == Role::server);
  CHECK(findings[0].count == 4);
}

TEST_CASE("a server with a process a connection sets its buffers late as one program, who listens") {
  PoolStage stage;
  listening(stage);
  const bool late = GENERATE(true, false);
  for (int i = 0; i < 4; ++i) {
    const std::uint32_t child = stage.world.start(200 + static_cast<std::uint32_t>(i), "app");
    stage.scan();
    const std::uint64_t id = serve(stage, child);
    if (late) stage.record(id).options_late = SW_LATE_RCVBUF;
    stage.world.exchange(id);
    stage.close(id);
    stage.world.exit(child);
    stage.scan();
  }
  const auto findings = stage.ask(socket_option);
  REQUIRE(findings.size() == (late ? 1 : 0));
  if (!late) return;
  CHECK(findings[0].qualifier == "SO_RCVBUF");
  CHECK(findings[0].process == stage.serial);
  CHECK(findings[0].count == 4);
}

TEST_CASE("a stall shows in a protocol that is not known, by what the program gave and did not leave") {
  PoolStage stage;
  const bool held = GENERATE(true, false);
  const std::uint64_t id = stage.open();
  sw_connection& raw = stage.world.connection(id);
  sw_flow& out = raw.record.wire.flow[SW_EGRESS];
  for (int i = 0; i < 5; ++i) {
    stage.world.exchange(id);
    out.protocol = SW_PROTOCOL_OTHER;
    out.exchange_ns = raw.record.last_send_ns = stage.world.now_ns;
    out.next_seq = raw.record.write_seq + 60;
    ++out.exchanges;
    raw.record.wire.last = 1 + SW_EGRESS;
    raw.socket.unsent_bytes = held ? 84 : 60;
    raw.socket.sent_since_receive = 1;
    stage.world.now_ns += 20 * ms_ns;
    stage.scan();
    stage.world.now_ns += 20 * ms_ns;
  }
  CHECK(stage.ask(socket_option).size() == (held ? 1 : 0));
}

namespace {

/// The program has given a message of `given` bytes, of which `left` have left the host.
void give(sw_connection& raw, std::uint32_t given, std::uint32_t left, std::uint64_t now_ns) {
  sw_flow& out = raw.record.wire.flow[SW_EGRESS];
  out.protocol = SW_PROTOCOL_HTTP_1_1;
  out.message = given == left ? SW_MESSAGE_COMPLETE : SW_MESSAGE_BODY;
  out.parser.step = given == left ? SW_STEP_START : SW_STEP_BODY;
  out.parser.number = given - left;
  out.exchange_ns = out.started_ns = raw.record.last_send_ns = now_ns;
  ++out.exchanges;
  out.next_seq = raw.record.write_seq + left;
  raw.record.wire.last = 1 + SW_EGRESS;
  raw.socket.unsent_bytes = given;
}

}  // namespace

TEST_CASE("the end of an answer that stays in the host is a stall of the server, one that leaves is not") {
  PoolStage stage;
  const bool held = GENERATE(true, false);
  const std::uint64_t id = serve(stage, listening(stage));
  for (int i = 0; i < 5; ++i) {
    stage.world.exchange(id);
    give(stage.world.connection(id), 100, held ? 60 : 100, stage.world.now_ns);
    stage.world.now_ns += 20 * ms_ns;
    stage.scan();
    stage.world.now_ns += 20 * ms_ns;
  }
  const auto findings = stage.ask(socket_option);
  REQUIRE(findings.size() == (held ? 1 : 0));
  if (!held) return;
  CHECK(findings[0].qualifier == "TCP_NODELAY");
  CHECK(findings[0].role == Role::server);
  CHECK(findings[0].local == "10.0.0.1:80");
}

TEST_CASE("a message that left late is a stall if it is small: a larger one may have waited for the window") {
  PoolStage stage;
  const std::uint32_t size = GENERATE(100U, 20'000U);
  const std::uint64_t id = stage.open();
  for (int i = 0; i < 5; ++i) {
    stage.exchange(id);
    stage.request(id);
    give(stage.world.connection(id), size, size, stage.world.now_ns);
    stage.record(id).wire.flow[SW_EGRESS].done_ns = stage.world.now_ns + 40 * ms_ns;
    stage.world.now_ns += 60 * ms_ns;
    stage.scan();
    stage.respond(id);
  }
  CHECK(stage.ask(socket_option).size() == (size == 100 ? 1 : 0));
}
