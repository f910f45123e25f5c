#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

void say(const Socket& from, const Socket& to, const std::string& bytes) {
  from.send(bytes);
  to.receive(bytes.size());
}

}  // namespace

TEST_CASE("requests and responses are followed on both sides") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  CAPTURE(variant.name, family);
  Watch& watch = shared_watch(variant);
  Pair pair(family);
  const std::string request =
      "GET /" + std::string(300, 'a') + " HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\nX: y\r\n\r\n";
  say(pair.client, pair.server, request);
  say(pair.server, pair.client,
      "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 50000\r\nConnection: keep-alive\r\n\r\n" +
          std::string(50000, 'b'));
  say(pair.client, pair.server, request);
  say(pair.server, pair.client, "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  say(pair.client, pair.server, "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 7\r\n\r\n123");
  watch.scan();
  const auto* client = watch.live(SW_ROLE_CLIENT, pair.client_port(), pair.server_port());
  const auto* server = watch.live(SW_ROLE_SERVER, pair.server_port(), pair.client_port());
  REQUIRE(client != nullptr);
  REQUIRE(server != nullptr);
  for (const bool is_client : {true, false}) {
    CAPTURE(is_client);
    const sw_wire& wire = is_client ? client->record.wire : server->record.wire;
    const sw_flow& requests = wire.flow[is_client ? SW_EGRESS : SW_INGRESS];
    const sw_flow& responses = wire.flow[is_client ? SW_INGRESS : SW_EGRESS];
    CHECK(std::string(wire.text, wire.text_length) == "shop.example");
    CHECK(requests.protocol == SW_PROTOCOL_HTTP_1_1);
    CHECK(requests.messages == 3);
    CHECK(requests.message == SW_MESSAGE_BODY);
    CHECK(requests.parser.number == 4);
    CHECK(requests.exchanges == 3);
    CHECK(responses.protocol == SW_PROTOCOL_HTTP_1_1);
    CHECK(responses.messages == 2);
    CHECK(responses.message == SW_MESSAGE_COMPLETE);
    CHECK(responses.http.status == 404);
    CHECK(responses.done_ns > responses.started_ns - 1);
    CHECK(((requests.flags | responses.flags) & (SW_FLOW_LOST | SW_FLOW_MIDSTREAM | SW_FLOW_CLOSE)) == 0);
  }
}

TEST_CASE("bytes of no known protocol are called none") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair(AF_INET);
  say(pair.client, pair.server, "\x01\x02\x03 nothing\r\nContent-Length: 5\r\n\r\n");
  say(pair.server, pair.client, "\x04 nor this");
  watch.scan();
  const auto* client = watch.live(SW_ROLE_CLIENT, pair.client_port(), pair.server_port());
  REQUIRE(client != nullptr);
  CHECK(client->record.wire.flow[SW_EGRESS].protocol == SW_PROTOCOL_OTHER);
  CHECK(client->record.wire.flow[SW_EGRESS].messages == 0);
  CHECK(client->record.wire.flow[SW_INGRESS].messages == 0);
}

}  // namespace sockwarden::testing
