// Garbage, and conversations with bytes flipped, cut out, repeated and reordered: nothing may be read or written out of
// bounds (run with SOCKWARDEN_SANITIZE), nothing may loop, and what is claimed must be consistent.
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/wire/conversation.h"

namespace sockwarden {
namespace {

using namespace std::string_literals;

const std::vector<std::string> seeds = {
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"s,
    "\x16\3\1\0\x30\1\0\0\x2c\3\3"s + std::string(32, 'r') + "\0\0\2\x13\1\1\0\0\x0a\0\0\0\6\0\4\0\0\1a"s,
    "\x17\3\3\0\4abcd"s,
    "\0\0\0\x14\0\3\0\0user\0joe\0\0"s,
    "Q\0\0\0\x05\0"s,
    "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"s,
    "\x4a\0\0\0\x0a"
    "8.0.36\0"s,
    "\x05\0\0\0\x03SELECT"s,
    "*2\r\n$5\r\nBLPOP\r\n$1\r\nk\r\n",
};

void is_consistent(const sw_wire& wire) {
  REQUIRE(wire.text_length <= SW_WIRE_TEXT);
  for (const auto& flow : wire.flow) {
    REQUIRE(flow.parser.step <= SW_STEP_OTHER);
    REQUIRE(flow.protocol < SW_PROTOCOL_COUNT);
    REQUIRE(flow.message <= SW_MESSAGE_COMPLETE);
    if (flow.message == SW_MESSAGE_COMPLETE) REQUIRE(flow.done_ns >= flow.started_ns);
  }
}

std::string mutated(std::mt19937& random) {
  std::string bytes = seeds[random() % seeds.size()];
  for (unsigned i = random() % 4; i > 0; --i) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        if (bytes.size() > 1) bytes.erase(at, 1 + random() % (bytes.size() - at));
        if (bytes.empty()) bytes = "x";
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, random() % 20));
        break;
      default:
        bytes += seeds[random() % seeds.size()];
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("garbage leaves a consistent state") {
  std::mt19937 random(7);
  for (int run = 0; run < 20'000; ++run) {
    Conversation c(random() % 4 != 0);
    for (int packet = 0; packet < 12; ++packet) {
      const auto direction = random() % 2 == 0 ? SW_INGRESS : SW_EGRESS;
      const auto shift = random() % 8 == 0 ? random() % 64 - 32 : 0;
      c.packet_at(direction, c.next(direction) + static_cast<std::uint32_t>(shift), mutated(random));
    }
    is_consistent(c.wire());
  }
}

TEST_CASE("a packet of nothing but tiny chunks is given up, not followed for ever") {
  Conversation c;
  c.send("GET / HTTP/1.1\r\n\r\n").receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string chunks;
  for (int i = 0; i < 5000; ++i) chunks += "1\r\nx\r\n";
  const auto expected = c.next(SW_INGRESS) + static_cast<std::uint32_t>(chunks.size());
  c.receive(chunks);
  CHECK(c.received().flags & SW_FLOW_LOST);
  CHECK(c.received().http.framing == SW_FRAMING_UNKNOWN);
  CHECK(c.received().next_seq == expected);
}

}  // namespace sockwarden
