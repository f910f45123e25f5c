#include <catch2/catch.hpp>

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
