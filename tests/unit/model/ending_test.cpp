#include "agent/model/ending.h"

#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"

namespace sockwarden::testing {
namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint16_t close_notify = 19, request_record = 200;

/// A client's TLS connection that has had one answer, said its last word, and was ended by the peer and then by it.
struct Farewell {
  World world;
  std::uint64_t id = world.client(world.start(100, "app"), v4(10, 0, 0, 7, 443));

  explicit Farewell(std::uint16_t last_record) {
    world.exchange(id);
    sw_record& record = world.connection(id).record;
    for (sw_flow& flow : record.wire.flow) {
      flow.protocol = SW_PROTOCOL_TLS;
      flow.flags = SW_FLOW_ENCRYPTED;
    }
    request().tls.longest_record = last_record;
    response().flags |= SW_FLOW_TLS_1_3;
    response().tls.data_records = 1;
    world.now_ns += ms;
    request().exchange_ns = record.last_send_ns = world.now_ns;
    world.now_ns += ms;
  }
  sw_flow& request() { return world.connection(id).record.wire.flow[SW_EGRESS]; }
  sw_flow& response() { return world.connection(id).record.wire.flow[SW_INGRESS]; }

  Ending end(std::uint64_t own_after_ns = ms / 10, sw_close_reason close_reason = SW_CLOSE_REASON_FIN) {
    world.close(id, SW_CLOSED_BY_PEER, close_reason);
    sw_record& record = world.ended().record;
    record.flags |= SW_FLAG_RELEASED;
    record.own_closed_ns = record.peer_closed_ns + own_after_ns;
    world.now_ns += own_after_ns;
    world.ended().read_ns = world.now_ns;
    const Model model = world.next();
    REQUIRE(model.closed.size() == 1);
    return ending_of(model.closed[0]);
  }
};

std::uint32_t requests(const sw_connection& raw) {
  Connection connection;
  connection.raw = raw;
  connection.exchanges = raw.record.exchanges;
  return requests_of(connection);
}

sw_connection tls(std::uint32_t exchanges, bool is_1_3, std::uint8_t handshake_exchanges) {
  sw_connection raw = captured_record(is_1_3 ? "tls_1_3_client_idle" : "tls_1_2_client_idle", 1000 * second_ns);
  raw.record.exchanges = exchanges;
  raw.record.first_byte_count = 0;
  raw.record.wire.handshake_exchanges = handshake_exchanges;
  raw.record.wire.flow[SW_INGRESS].tls.data_records = 1;
  return possible(raw);
}

}  // namespace

TEST_CASE("a close_notify that a quick peer answers with its FIN is the program's close") {
  Farewell connection(close_notify);
  CHECK(connection.end().reusable);
}

TEST_CASE("what could be a request, a late close, a reset, and TLS 1.2 leave the end to the peer") {
  SECTION("a record that can hold a request") { CHECK_FALSE(Farewell(request_record).end().reusable); }
  SECTION("the program closes a second later") { CHECK_FALSE(Farewell(close_notify).end(1000 * ms).reusable); }
  SECTION("a reset") { CHECK_FALSE(Farewell(close_notify).end(ms / 10, SW_CLOSE_REASON_RESET).reusable); }
  SECTION("TLS 1.2, whose records say less") {
    Farewell connection(close_notify);
    connection.response().flags &= static_cast<__u16>(~SW_FLOW_TLS_1_3);
    CHECK_FALSE(connection.end().reusable);
  }
}

TEST_CASE("exchanges of the handshake and its tickets are no requests") {
  CHECK(requests(tls(2, true, 1)) == 1);
  CHECK(requests(tls(3, true, 2)) == 1);  // tickets were taken in an exchange of their own
  CHECK(requests(tls(9, true, 2)) == 7);
  CHECK(requests(tls(3, false, 0)) == 1);  // TLS 1.2 takes two
}

TEST_CASE("an answer that is taken with the tickets is one request all the same") {
  CHECK(requests(tls(1, true, 1)) == 1);
  sw_connection unanswered = tls(1, true, 1);
  unanswered.record.wire.flow[SW_INGRESS].tls.data_records = 0;
  CHECK(requests(unanswered) == 0);
}

TEST_CASE("the peer's close_notify, taken behind ours, is no request") {
  sw_connection raw = tls(3, true, 1);
  raw.record.wire.flow[SW_EGRESS].tls.longest_record = close_notify;
  CHECK(requests(raw) == 1);
  raw.record.wire.flow[SW_EGRESS].tls.longest_record = request_record;
  CHECK(requests(raw) == 2);
}

TEST_CASE("an answer over TLS whose rest came behind the end of its reader was not drained") {
  World world;
  const std::uint64_t id = world.client(world.start(100, "app"), v4(10, 0, 0, 7, 443));
  world.exchange(id);
  const auto [seen, sent, closed_after_ns, is_undrained] =
      GENERATE(table<std::uint32_t, std::uint32_t, std::uint64_t, bool>({
          {5000, 24, ms, true},
          {24, 24, ms, false},         // the peer's close_notify
          {5000, 250, ms, false},      // nothing of the answer was taken: given up
          {5000, 24, 600 * ms, false}  // waited for the rest, and gave up
      }));
  world.now_ns += closed_after_ns;
  world.close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_FIN);
  sw_record& record = world.ended().record;
  record.flags |= SW_FLAG_RELEASED;
  world.ended().socket.sent_since_receive = 1;
  record.wire.flow[SW_EGRESS].next_seq = record.write_seq + sent;
  speak(record, SW_PROTOCOL_TLS);
  record.wire.flow[SW_INGRESS].flags = SW_FLOW_TLS_1_3;
  record.wire.flow[SW_INGRESS].tls.data_records = 1;
  record.wire.flow[SW_INGRESS].next_seq = record.copied_seq + seen;
  const Model model = world.next();
  REQUIRE(model.closed.size() == 1);
  CHECK(ending_of(model.closed[0]).undrained == is_undrained);
}

}  // namespace sockwarden::testing
