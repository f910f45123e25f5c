#include <catch2/catch.hpp>

#include "agent/model/live_tally.h"
#include "bpf/wire_handshake.h"
#include "tests/unit/model/world.h"

namespace sockwarden::testing {
namespace {

constexpr std::uint64_t ms = 1'000'000;

/// A client's handshake as its host sees it: hello at 10 ms, the server's first encrypted record, the client's.
sw_wire handshake(std::uint64_t server_done_ns, std::uint64_t client_done_ns) {
  sw_wire wire{};
  for (sw_flow& flow : wire.flow) {
    flow.protocol = SW_PROTOCOL_TLS;
    flow.flags = SW_FLOW_ENCRYPTED;
    flow.started_ns = 10 * ms;
  }
  wire.flow[SW_EGRESS].flags |= SW_FLOW_REQUEST;
  wire.flow[SW_EGRESS].head_done_ns = client_done_ns;
  wire.flow[SW_INGRESS].flags |= SW_FLOW_RESPONSE;
  wire.flow[SW_INGRESS].head_done_ns = server_done_ns;
  return wire;
}

sw_wire handshake_1_3(std::uint32_t client_records, std::uint16_t longest) {
  sw_wire wire = handshake(15 * ms, 20 * ms);
  wire.flow[SW_INGRESS].flags |= SW_FLOW_TLS_1_3;
  wire.flow[SW_EGRESS].messages = client_records;
  wire.flow[SW_EGRESS].tls.longest_record = longest;
  return wire;
}

const sw_histogram& handshakes(const Model& model) {
  return process_row(model, "app", Role::client)->histograms[SW_HISTOGRAM_TLS_HANDSHAKE_US];
}

}  // namespace

TEST_CASE("a handshake lasts until the later side is encrypted") {
  const sw_wire full = handshake(30 * ms, 20 * ms), resumed = handshake(20 * ms, 25 * ms);
  CHECK(sw_wire_handshake_ns(&full) == 20 * ms);
  CHECK(sw_wire_handshake_ns(&resumed) == 15 * ms);
}

TEST_CASE("a server's host measures from the hello's arrival") {
  sw_wire wire = handshake(20 * ms, 25 * ms);
  std::swap(wire.flow[0], wire.flow[1]);
  CHECK(sw_wire_handshake_ns(&wire) == 15 * ms);
}

TEST_CASE("a handshake that is not finished, not seen from its start or no TLS has no duration") {
  sw_wire unfinished = handshake(20 * ms, 0);
  unfinished.flow[SW_EGRESS].flags = SW_FLOW_REQUEST;
  CHECK(sw_wire_handshake_ns(&unfinished) == 0);
  sw_wire midstream = handshake(20 * ms, 25 * ms);
  midstream.flow[SW_INGRESS].flags |= SW_FLOW_MIDSTREAM;
  CHECK(sw_wire_handshake_ns(&midstream) == 0);
  const sw_wire nothing{};
  CHECK(sw_wire_handshake_ns(&nothing) == 0);
}

TEST_CASE("an encrypted refusal of the client's is no finished handshake, a Finished with no request behind it is") {
  const sw_wire refused = handshake_1_3(1, 19), silent = handshake_1_3(1, 53), busy = handshake_1_3(9, 20);
  CHECK(sw_wire_handshake_ns(&refused) == 0);
  CHECK(sw_wire_handshake_ns(&silent) == 10 * ms);
  CHECK(sw_wire_handshake_ns(&busy) == 10 * ms);
}

TEST_CASE("a latency falls into the bucket of the next power of two, and five minutes into none of the last") {
  sw_histogram histogram{};
  for (const std::uint64_t us : {0, 1, 128, 129, 256, 257, 512, 513}) observe_latency(histogram, us);
  CHECK(histogram.count[0] == 3);
  CHECK(histogram.count[1] == 2);
  CHECK(histogram.count[2] == 2);
  CHECK(histogram.count[3] == 1);
  CHECK(histogram.sum == 1796);
  for (const std::uint64_t us : {300'000'000ULL, 128ULL << 22, (128ULL << 22) + 1}) observe_latency(histogram, us);
  CHECK(histogram.count[22] == 2);
  CHECK(histogram.count[23] == 1);
}

TEST_CASE("a handshake counts while its connection lives, and once when it has ended") {
  World world;
  const auto serial = world.start(100, "app");
  const auto id = world.client(serial, v4(10, 0, 0, 7, 443));
  world.connection(id).record.wire = handshake(20 * ms, 25 * ms);
  Model model = world.next();
  CHECK(handshakes(model).count[7] == 1);
  CHECK(handshakes(model).sum == 15'000);

  world.close(id);
  sw_histogram& kernel = world.process(serial).roles[SW_ROLE_CLIENT]->histograms[SW_HISTOGRAM_TLS_HANDSHAKE_US];
  kernel.count[7] = 1;
  kernel.sum = 15'000;
  model = world.next(model);
  CHECK(handshakes(model).count[7] == 1);
  CHECK(handshakes(model).sum == 15'000);
}

TEST_CASE("times to first byte count while their connection lives, and once when it has ended") {
  World world;
  const auto serial = world.start(100, "app");
  const auto id = world.client(serial, v4(10, 0, 0, 7, 443));
  const auto first_bytes = [](const Model& model) {
    return process_row(model, "app", Role::client)->histograms[SW_HISTOGRAM_FIRST_BYTE_US];
  };
  world.exchange(id, 5);
  sw_record& record = world.connection(id).record;
  record.first_byte_count = 5;
  record.first_byte_sum_ns = 700'000;
  record.first_bytes[7] = 3;
  sw_histogram& kernel = world.process(serial).roles[SW_ROLE_CLIENT]->histograms[SW_HISTOGRAM_FIRST_BYTE_US];
  kernel.count[7] = 2;  // folded when it was full
  Model model = world.next();
  CHECK(first_bytes(model).count[7] == 5);
  CHECK(first_bytes(model).sum == 700);

  world.close(id);
  kernel.count[7] = 5;
  kernel.sum = 700;
  model = world.next(model);
  CHECK(first_bytes(model).count[7] == 5);
  CHECK(first_bytes(model).sum == 700);
}

TEST_CASE("the handshake of a connection older than the agent does not count") {
  World world;
  const auto serial = world.start(100, "app");
  const auto id = world.open(serial, SW_ROLE_CLIENT, v4(10, 0, 0, 1, 40000), v4(10, 0, 0, 7, 443), true);
  world.connection(id).record.wire = handshake(20 * ms, 25 * ms);
  CHECK(handshakes(world.next()).sum == 0);
}

}  // namespace sockwarden::testing
