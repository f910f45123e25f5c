#include <catch2/catch.hpp>

#include "tests/unit/wire/conversation.h"

namespace sockwarden {
namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";
const std::string head = "HEAD / HTTP/1.1\r\nHost: shop.example\r\n\r\n";

}  // namespace

TEST_CASE("a response is complete with the last byte of its Content-Length") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
  CHECK(c.received().message == SW_MESSAGE_BODY);
  CHECK(c.received().http.framing == SW_FRAMING_LENGTH);
  CHECK(c.received().parser.number == 5);
  CHECK(c.received().done_ns == 0);
  c.receive("56789");
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  CHECK(c.received().started_ns == 2);
  CHECK(c.received().head_done_ns == 2);
  CHECK(c.received().done_ns == 3);
  CHECK(c.text() == "shop.example");
}

TEST_CASE("a head that ends in a later packet is incomplete until then") {
  Conversation c;
  c.receive("GET / HTTP/1.1\r\nHo");
  CHECK(c.received().message == SW_MESSAGE_HEAD);
  CHECK(c.received().started_ns == 1);
  CHECK(c.received().head_done_ns == 0);
  c.receive("st: a\r\n\r");
  CHECK(c.received().message == SW_MESSAGE_HEAD);
  c.receive("\n");
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  CHECK(c.received().started_ns == 1);
  CHECK(c.received().head_done_ns == 3);
}

TEST_CASE("a HEAD request's response has no body although it names a length") {
  Conversation c;
  c.send(head).receive("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  CHECK(c.received().http.framing == SW_FRAMING_NONE);
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  CHECK(c.received().message == SW_MESSAGE_BODY);
}

TEST_CASE("pipelined requests are counted and each response finds its own") {
  Conversation c;
  c.send(get + head + get);
  CHECK(c.sent().messages == 3);
  c.receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  CHECK(c.received().messages == 2);
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  c.receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  CHECK(c.received().message == SW_MESSAGE_BODY);
}

TEST_CASE("204 and 304 have no body") {
  for (const auto* status : {"204 No Content", "304 Not Modified"}) {
    Conversation c;
    c.send(get).receive(std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 7\r\n\r\n");
    CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  }
}

TEST_CASE("a chunked body ends with its last chunk and trailers") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n012345");
  CHECK(c.received().http.framing == SW_FRAMING_CHUNKED);
  CHECK(c.received().message == SW_MESSAGE_BODY);
  c.receive("6789\r\n0\r\nDigest: abc\r\n\r\n");
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  c.send(get).receive("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(c.received().messages == 2);
}

TEST_CASE("a response without length or chunks lasts until the connection closes") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\n\r\nhello");
  CHECK(c.received().http.framing == SW_FRAMING_UNTIL_CLOSE);
  CHECK(c.received().message == SW_MESSAGE_BODY);
  CHECK(c.received().flags & SW_FLOW_CLOSE);
}

TEST_CASE("100 Continue is not the final response") {
  Conversation c;
  c.send("POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  CHECK(c.sent().flags & SW_FLOW_EXPECT);
  CHECK(c.sent().message == SW_MESSAGE_BODY);
  c.receive("HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(c.received().messages == 0);
  CHECK(c.received().flags & SW_FLOW_EXPECT);
  c.send("body").receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(c.sent().message == SW_MESSAGE_COMPLETE);
  CHECK(c.received().messages == 1);
  CHECK(c.received().http.status == 200);
}

TEST_CASE("who asks for Connection: close is told apart") {
  Conversation asked;
  asked.send("GET / HTTP/1.1\r\nConnection: Foo, Close\r\n\r\n")
      .receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(asked.sent().flags & SW_FLOW_CLOSE);
  CHECK_FALSE(asked.received().flags & SW_FLOW_CLOSE);
  Conversation answered;
  answered.send(get).receive("HTTP/1.1 200 OK\r\nconnection:close\r\nContent-Length: 0\r\n\r\n");
  CHECK_FALSE(answered.sent().flags & SW_FLOW_CLOSE);
  CHECK(answered.received().flags & SW_FLOW_CLOSE);
}

TEST_CASE("HTTP/1.0 closes unless it asks to be kept alive") {
  Conversation plain;
  plain.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(plain.sent().protocol == SW_PROTOCOL_HTTP_1_0);
  CHECK(plain.sent().flags & SW_FLOW_CLOSE);
  Conversation kept;
  kept.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  CHECK_FALSE(kept.sent().flags & SW_FLOW_CLOSE);
}

TEST_CASE("what follows an upgrade or an accepted CONNECT is opaque") {
  Conversation socket;
  socket.send("GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  socket.receive("HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x05GET /");
  CHECK(socket.received().flags & SW_FLOW_UPGRADED);
  socket.send("\x81\x05hello");
  CHECK(socket.sent().messages == 1);
  CHECK_FALSE(socket.sent().flags & SW_FLOW_LOST);

  Conversation tunnel;
  tunnel.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n").receive("HTTP/1.1 200 OK\r\n\r\n");
  CHECK(tunnel.received().flags & SW_FLOW_UPGRADED);
  CHECK(tunnel.received().message == SW_MESSAGE_COMPLETE);
}

TEST_CASE("contradictory framing is unknown, not guessed") {
  for (const auto* framing :
       {"Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5x", "Content-Length: 1 2", "Content-Length: ", "Content-Length: -1",
        "Content-Length: 99999999999999999999", "Content-Length: 5\r\n 6"}) {
    INFO(framing);
    Conversation c;
    c.send(get).receive(std::string("HTTP/1.1 200 OK\r\n") + framing + "\r\n\r\nhello");
    CHECK(c.received().http.framing == SW_FRAMING_UNKNOWN);
    CHECK(c.received().flags & SW_FLOW_LOST);
  }
}

TEST_CASE("a lost flow begins anew with an exchange") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
  CHECK(c.received().flags & SW_FLOW_LOST);
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");
  CHECK_FALSE(c.received().flags & SW_FLOW_LOST);
  CHECK(c.received().message == SW_MESSAGE_BODY);
  CHECK(c.received().parser.number == 1);
}

TEST_CASE("a body beyond 4 GB is followed to its end") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n");
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; i < 5120; ++i) {
    CHECK(c.received().message == SW_MESSAGE_BODY);
    c.receive(megabyte);
  }
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
}

TEST_CASE("a retransmission changes nothing, an overlap counts once") {
  Conversation c;
  const auto start = c.next(SW_EGRESS);
  c.send(get);
  c.packet_at(SW_EGRESS, start, get);
  CHECK(c.sent().messages == 1);
  c.packet_at(SW_EGRESS, start + 10, get.substr(10) + get);
  CHECK(c.sent().messages == 2);
  CHECK(c.sent().exchanges == 1);
}

TEST_CASE("reordering inside a body is no loss, and the end behind a hole says so") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  const auto body = c.next(SW_INGRESS);
  c.packet_at(SW_INGRESS, body + 3, "345");
  CHECK(c.received().message == SW_MESSAGE_BODY);
  c.packet_at(SW_INGRESS, body + 6, "678");
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  CHECK(c.received().flags & SW_FLOW_HOLE);
  c.packet_at(SW_INGRESS, body, "012");
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK_FALSE(c.received().flags & SW_FLOW_HOLE);
  CHECK(c.received().messages == 2);
}

TEST_CASE("a gap in a head is lost, not guessed") {
  Conversation c;
  c.send("GET / HTTP/1.1\r\n");
  c.packet_at(SW_EGRESS, c.next(SW_EGRESS) + 5, "tent-Length: 5\r\n\r\n");
  CHECK(c.sent().flags & SW_FLOW_LOST);
  CHECK(c.sent().message == SW_MESSAGE_NONE);
}

TEST_CASE("a connection first seen in the middle is followed from its next exchange") {
  Conversation c(false);
  c.receive("rest of a body").send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n12");
  CHECK(c.sent().messages == 1);
  CHECK(c.received().message == SW_MESSAGE_BODY);
  CHECK(c.received().flags & SW_FLOW_MIDSTREAM);
}

TEST_CASE("a connection first seen in the middle is no longer looked at where many exchanges showed no protocol") {
  const std::string foreign = "\x81 none of the known";
  Conversation late(false), never(false);
  for (int exchange = 0; exchange < SW_MIDSTREAM_EXCHANGES; ++exchange) {
    if (exchange < SW_MIDSTREAM_EXCHANGES - 2) late.receive(foreign).send(foreign);
    never.receive(foreign).send(foreign);
  }
  late.receive(foreign);
  never.receive(foreign);
  late.send(get);
  CHECK(late.sent().protocol == SW_PROTOCOL_HTTP_1_1);
  never.send(get);
  CHECK(never.sent().parser.step == SW_STEP_OTHER);
  CHECK(never.received().parser.step == SW_STEP_OTHER);
  CHECK(never.sent().protocol == SW_PROTOCOL_UNKNOWN);
}

TEST_CASE("a response whose request was not seen has no known body") {
  Conversation c(false);
  c.send("rest of a request").receive("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  CHECK(c.received().http.framing == SW_FRAMING_UNKNOWN);
  CHECK(c.received().flags & SW_FLOW_LOST);
}

TEST_CASE("other protocols that talk in lines are not HTTP") {
  for (const auto* line :
       {"EHLO mail.example\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "GET key\r\n", "USER joe\r\n", "\r\n\r\n"}) {
    INFO(line);
    Conversation c;
    c.send(line);
    CHECK(c.sent().protocol == SW_PROTOCOL_OTHER);
  }
}

}  // namespace sockwarden
