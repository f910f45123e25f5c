#include "tests/twin/impossible.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/twin/sample_file.h"
#include "tests/unit/model/world.h"

namespace sockwarden::testing {
namespace {

using Break = void (*)(sw_connection&);
struct Broken {
  const char* rule;
  const char* record;
  Break by;
};

void in_state(sw_connection& one, TcpState state) { one.socket.state = static_cast<std::uint8_t>(state); }
sw_flow& sent(sw_connection& one) { return one.record.wire.flow[SW_EGRESS]; }

const Broken every_rule[] = {
    {"of their enums", "http_client_idle", [](auto& one) { one.record.close_reason = SW_CLOSE_REASON_COUNT; }},
    {"sent_since_receive is 0 or 1", "http_client_waiting", [](auto& one) { one.socket.sent_since_receive = 2; }},
    {"told together", "client_closed_by_fin", [](auto& one) { one.record.close_reason = SW_CLOSE_REASON_NONE; }},
    {"told together", "client_closed_by_fin", [](auto& one) { one.record.closed_by = SW_CLOSED_BY_NONE; }},
    {"settled", "client_unused", [](auto& one) { one.record.flags |= SW_FLAG_SETTLED; }},
    {"known time", "client_closed_by_fin", [](auto& one) { one.record.own_closed_ns = 0; }},
    {"known time", "client_closed_by_peer", [](auto& one) { one.record.peer_closed_ns = 0; }},
    {"later than the time of reading", "http_client_idle", [](auto& one) { sent(one).done_ns = one.read_ns + 1; }},
    {"is born before", "client_unused", [](auto& one) { one.record.established_ns = one.record.birth_ns - 1; }},
    {"older than the agent", "client_preexisting", [](auto& one) { one.record.established_ns = 0; }},
    {"the peer closes what is established", "client_close_wait",
     [](auto& one) { one.record.peer_closed_ns = one.record.established_ns - 1; }},
    {"the peer's FIN", "client_close_wait",
     [](auto& one) { one.record.flags &= static_cast<__u16>(~SW_FLAG_PEER_FIN); }},
    {"a FIN of ours", "client_unused", [](auto& one) { in_state(one, TcpState::fin_wait2); }},
    {"left unread are known", "http_client_idle", [](auto& one) { one.record.unread_bytes = 5; }},
    {"unread of MPTCP", "client_closed_by_fin",
     [](auto& one) {
       one.record.unread_bytes = 5;
       one.record.flags |= SW_FLAG_MPTCP | SW_FLAG_UNREAD_KNOWN;
     }},
    {"before a connection is established", "client_dialling", [](auto& one) { one.socket.bytes_acked = 5; }},
    {"a listener has no data", "listener", [](auto& one) { one.socket.bytes_received = 5; }},
    {"that the application takes", "http_client_idle", [](auto& one) { one.record.last_receive_ns = 0; }},
    {"flagged as received", "http_client_idle",
     [](auto& one) { one.record.flags &= static_cast<__u16>(~SW_FLAG_RECEIVED); }},
    {"a first byte belongs", "http_client_idle", [](auto& one) { one.record.first_byte_count = 9; }},
    {"another protocol", "http_client_idle", [](auto& one) { sent(one).protocol = SW_PROTOCOL_REDIS; }},
    {"another protocol", "http_client_idle", [](auto& one) { sent(one).protocol = SW_PROTOCOL_POSTGRESQL; }},
    {"another protocol", "redis_client_idle", [](auto& one) { sent(one).tls.longest_record = 19; }},
    {"another protocol", "postgresql_client_idle", [](auto& one) { sent(one).mysql.no_answer = 1; }},
    {"another protocol", "mysql_client_idle", [](auto& one) { sent(one).tls.data_records = 1; }},
    {"another protocol", "tls_1_3_client_idle", [](auto& one) { sent(one).http.method = SW_METHOD_GET; }},
    {"begun before it is done", "http_client_idle", [](auto& one) { sent(one).done_ns = 1; }},
    {"spoke last", "http_client_idle", [](auto& one) { one.record.wire.flow[SW_INGRESS].exchanges = 0; }},
    {"parser's text", "http_client_idle", [](auto& one) { one.record.wire.text_length = SW_WIRE_TEXT + 1; }},
};

}  // namespace

TEST_CASE("each rule of records is told where it is broken") {
  for (const Broken& broken : every_rule) {
    CAPTURE(broken.rule, broken.record);
    sw_connection one = captured_record(broken.record, 1000 * second_ns);
    CHECK(impossible(one).value_or("") == "");
    broken.by(one);
    CHECK_THAT(impossible(one).value_or(""), Catch::Matchers::Contains(broken.rule));
  }
}

TEST_CASE("every record that was captured is possible") {
  REQUIRE_FALSE(captured_records().empty());
  for (const auto& [name, record] : captured_records()) {
    CAPTURE(name);
    CHECK(impossible(record).value_or("") == "");
  }
}

TEST_CASE("every connection of a captured sample is possible") {
  for (const auto& file : std::filesystem::directory_iterator(SOURCE_DIR "/tests/unit/samples")) {
    for (const Sample& sample : read_samples(file.path())) {
      for (const auto* connections : {&sample.live, &sample.closed}) {
        for (const sw_connection& one : *connections) {
          CAPTURE(file.path(), sample.number, one.record.id);
          CHECK(impossible(one).value_or("") == "");
        }
      }
    }
  }
}

}  // namespace sockwarden::testing
