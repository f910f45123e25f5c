// Heads are parsed by words where they are written as usual, by bytes where not: both must come to the same.
#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "tests/unit/wire/conversation.h"

namespace sockwarden {
namespace {

const std::vector<std::string> lines = {
    "Connection: keep-alive\r\n",
    "connection: close\r\n",
    "CONNECTION: Close\r\n",
    "Connection:close\r\n",
    "Connection: close, TE\r\n",
    "Connection: keep-alive, Upgrade\r\n",
    "Connection: keep-alive\n",
    "Connection : close\r\n",
    "Connectivity: close\r\n",
    "Content-Length: 12\r\n",
    "CONTENT-LENGTH: 0\r\n",
    "Content-Length: 1234567\r\n",
    "Content-Length: 12345678\r\n",
    "Content-Length:7\r\n",
    "Content-Length:  7 \r\n",
    "Content-Length: 7 7\r\n",
    "Content-Length: \r\n",
    "Content-Length: 7\n",
    "Content-Lengths: 7\r\n",
    "Content\rLength: 7\r\n",
    "Content-Type: text/plain\r\n",
    "Content\r\n",
    "Content-\r\n",
    "Transfer-Encoding: chunked\r\n",
    "transfer-encoding: gzip, chunked\r\n",
    "Transfer-Encoding: chunked, gzip\r\n",
    "Transfer-Encoding:chunked\r\n",
    "Transfer: chunked\r\n",
    "Expect: 100-continue\r\n",
    "expect:100-continue\r\n",
    "Expect-CT: max-age=1\r\n",
    "Host: shop.example\r\n",
    "host:a\r\n",
    "Hosts: b\r\n",
    "TE: x\r\n",
    "a\r\n",
    "h\r\n",
    "no colon at all, but long enough\r\n",
    "head without a colon, but long enough\r\n",
    " folded: close\r\n",
    "\tfolded\r\n",
    "ETag: \"0123456789\"\r\n",
    "Date: Tue, 01 Jul 2025 10:00:00 GMT\r\n",
    "X-Long: " + std::string(300, 'x') + "\r\n",
    "X-Carriage: a\rb\r\n",
    "X-Vertical: \n\v\n",
    "\v\r\n",
};

const std::vector<std::string> first_lines = {
    "GET / HTTP/1.1\r\n",
    "GET /" + std::string(600, 'y') + " HTTP/1.1\n",
    "HEAD /a/path/of/some/length HTTP/1.0\r\n",
    "POST /orders?id=17 HTTP/1.1\r\n",
    "DELETE /orders HTTP/1.1\r\n",
    "CONNECT shop.example:443 HTTP/1.1\r\n",
    "GET HTTP/1.1\r\n",
    "GET / HTTP/1.1 \r\n",
    "GET \r\n",
    "GET / HTTP/3.1\r\n",
    "PRI * HTTP/2.0\r\n",
    "\r\nGET / HTTP/1.1\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 204 No Content\r\n",
    "HTTP/1.1 304\r\n",
    "HTTP/1.1 100 Continue\r\n",
    "HTTP/1.1 2x0 OK\r\n",
    "HTTP/1.2 200 OK\r\n",
};

std::string facts(const sw_wire& wire) {
  std::ostringstream out;
  for (const auto& flow : wire.flow)
    out << "seq " << flow.next_seq << " messages " << flow.messages << " of the protocol " << flow.protocol_words[0]
        << ' ' << flow.protocol_words[1] << " flags " << flow.flags << " protocol " << int{flow.protocol} << " message "
        << int{flow.message} << " step " << int{flow.parser.step} << " number "
        << (flow.parser.step < SW_STEP_OPAQUE ? flow.parser.number : 0) << '\n';
  out << std::string(wire.text, wire.text_length);
  return out.str();
}

std::string play(const std::vector<std::string>& heads, std::size_t first, std::size_t rest) {
  Conversation conversation;
  auto direction = SW_INGRESS;
  for (const auto& head : heads) {
    for (std::size_t at = 0; at < head.size();) {
      const std::size_t length = std::min(at == 0 ? first : rest, head.size() - at);
      conversation.packet(direction, head.substr(at, length));
      at += length;
    }
    direction = direction == SW_INGRESS ? SW_EGRESS : SW_INGRESS;
  }
  return facts(conversation.wire());
}

std::string head(std::mt19937& random, const std::string& first_line) {
  std::string bytes = first_line;
  for (auto count = random() % 6; count > 0; --count) bytes += lines[random() % lines.size()];
  return bytes + (random() % 8 == 0 ? "\n" : "\r\n") + (random() % 2 == 0 ? "" : "5\r\nhello\r\n0\r\n\r\n");
}

}  // namespace

TEST_CASE("a line of a head means the same wherever it is cut") {
  for (const auto& line : lines) {
    const std::string request = "GET / HTTP/1.1\r\n" + line + "Date: Tue, 01 Jul 2025\r\n\r\n";
    const std::string response = "HTTP/1.1 200 OK\r\n" + line + "Date: Tue, 01 Jul 2025\r\n\r\n";
    const std::string bytewise = play({request, response}, 1, 1);
    INFO(line);
    for (std::size_t cut = 1; cut <= request.size() + 1; ++cut) {
      INFO("cut at " << cut);
      CHECK(play({request, response}, cut, 100'000) == bytewise);
    }
  }
}

TEST_CASE("any conversation of odd heads means the same in one packet an exchange and byte by byte") {
  std::mt19937 random(1806);
  for (int attempt = 0; attempt < 3000; ++attempt) {
    std::vector<std::string> heads;
    for (auto exchanges = 1 + random() % 4; exchanges > 0; --exchanges)
      heads.push_back(head(random, first_lines[random() % first_lines.size()]));
    std::string all;
    for (const auto& each : heads) all += "--\n" + each;
    INFO(all);
    const std::string whole = play(heads, 100'000, 100'000);
    CHECK(play(heads, 1, 1) == whole);
    CHECK(play(heads, 1 + random() % 100, 100'000) == whole);
    CHECK(play(heads, 8, 1 + random() % 30) == whole);
  }
}

}  // namespace sockwarden
