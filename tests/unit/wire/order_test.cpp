// Where both sides may speak first, the same bytes must give the same state, whoever did, and however they met.
#include <catch2/catch.hpp>

#include "tests/unit/wire/conversation.h"
#include "tests/unit/wire/facts.h"

namespace sockwarden {
namespace {

using namespace std::string_literals;

/// What each side says without waiting for the other, and what follows in turns.
struct Opening {
  std::string client, server;
  std::vector<std::pair<sw_direction, std::string>> then;
};

std::string h2_frame(char type, char flags, char stream, const std::string& payload = "") {
  return "\0"s + static_cast<char>(payload.size() >> 8) + static_cast<char>(payload.size() & 0xff) + type + flags +
         "\0\0\0"s + stream + payload;
}

const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const std::string settings = h2_frame(4, 0, 0, "\0\3\0\0\0\x64\0\4\0\1\0\0"s);
const std::string acknowledged = h2_frame(4, 1, 0);
const std::string window = h2_frame(8, 0, 0, "\0\1\0\0"s);
const std::string question = h2_frame(1, 4, 1, "\x83\x86\x84") + h2_frame(0, 1, 1, "question");
const std::string answer = h2_frame(1, 4, 1, "\x88") + h2_frame(0, 0, 1, "answer") + h2_frame(1, 5, 1, "\x88");

Opening http_2(const std::string& servers) {
  return {.client = preface + settings,
          .server = servers + window,
          .then = {{SW_EGRESS, acknowledged + question}, {SW_INGRESS, acknowledged + answer}}};
}

/// The first `client` and `server` bytes, whose order `server_first` tells, then the rest of both, then the turns.
sw_wire play(const Opening& opening, std::size_t client, std::size_t server, bool server_first) {
  Conversation c;
  const auto speak = [&](bool servers, const std::string& bytes) {
    if (!bytes.empty()) c.packet(servers ? SW_INGRESS : SW_EGRESS, bytes);
  };
  const auto part = [&](bool servers, bool rest) {
    const std::string& bytes = servers ? opening.server : opening.client;
    const std::size_t cut = servers ? server : client;
    return rest ? bytes.substr(cut) : bytes.substr(0, cut);
  };
  for (const bool rest : {false, true})
    for (const bool servers : {server_first, !server_first}) speak(servers, part(servers, rest));
  for (const auto& [direction, bytes] : opening.then) c.packet(direction, bytes);
  return c.wire();
}

sw_wire client_first(const Opening& opening) {
  return play(opening, opening.client.size(), opening.server.size(), false);
}

void order_does_not_matter(const Opening& opening) {
  const std::string expected = facts(client_first(opening), Exchanges::any);
  for (const bool server_first : {false, true})
    for (std::size_t client = 0; client <= opening.client.size(); ++client)
      for (std::size_t server = 0; server <= opening.server.size(); ++server) {
        const std::string got = facts(play(opening, client, server, server_first), Exchanges::any);
        if (got == expected) continue;
        INFO("client cut at " << client << ", server at " << server << (server_first ? ", server first" : ""));
        REQUIRE(got == expected);
      }
}

}  // namespace

TEST_CASE("HTTP/2 is followed whoever speaks first, wherever the bytes meet") {
  for (const auto& servers : {settings, h2_frame(4, 0, 0)}) {
    const Opening opening = http_2(servers);
    order_does_not_matter(opening);
    const sw_wire wire = client_first(opening);
    CHECK(wire.flow[SW_EGRESS].protocol == SW_PROTOCOL_HTTP_2);
    CHECK(wire.flow[SW_INGRESS].protocol == SW_PROTOCOL_HTTP_2);
    CHECK(wire.flow[SW_EGRESS].messages == 1);
    CHECK(wire.flow[SW_INGRESS].messages == 1);
    CHECK(wire.flow[SW_INGRESS].http2.stream == 1);
  }
}

TEST_CASE("an HTTP/2 server's first frame is known before the client has spoken, however it is cut") {
  for (std::size_t cut = 1; cut <= settings.size(); ++cut) {
    Conversation c;
    c.receive(settings.substr(0, cut));
    if (cut < settings.size()) c.receive(settings.substr(cut));
    CHECK(c.received().protocol == SW_PROTOCOL_HTTP_2);
    CHECK(c.received().flags & SW_FLOW_RESPONSE);
    CHECK(c.received().message == SW_MESSAGE_NONE);
  }
}

TEST_CASE("what looks like SETTINGS is another protocol's where the other side is not of HTTP/2") {
  for (const std::string& other : {"\0\0\0\x08\0\0\0\0abcd"s, "220 mail\r\n"s, "\0\0\6\4\0\0\0\0\0"s}) {
    Conversation c;
    c.send(h2_frame(4, 0, 0, std::string(0x6, 'x'))).receive(other + other).send("\0\0\0\4"s + "next");
    CHECK_FALSE(c.sent().protocol == SW_PROTOCOL_HTTP_2);
    CHECK_FALSE(c.received().protocol == SW_PROTOCOL_HTTP_2);
  }
}

TEST_CASE("frames of another kind, stream or length do not make a server of HTTP/2") {
  for (const std::string& bytes : {h2_frame(4, 0, 1, std::string(6, 'x')), h2_frame(4, 1, 0), h2_frame(8, 0, 0, "1234"),
                                   h2_frame(4, 0, 0, "12345"), "\0\0\0\x04\0\0\0\x01\0"s}) {
    Conversation c;
    c.receive(bytes);
    if (bytes[8] != 1) CHECK(c.received().protocol == SW_PROTOCOL_OTHER);
  }
}

TEST_CASE("greetings of protocols that are not parsed are none of them, whoever speaks first") {
  for (const auto& [client, server] : std::vector<std::pair<std::string, std::string>>{
           {"EHLO me\r\n", "220 mail ESMTP\r\n"},
           {"a1 STARTTLS\r\n", "* OK IMAP4rev1\r\n"},
           {"USER joe\r\n", "+OK ready\r\n"},
           {"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2\r\n"},
           {"<stream>", "<stream>"},
       }) {
    const Opening opening{
        .client = client,
        .server = server,
        .then = {{SW_EGRESS, "\x16\3\1\0\x30\1\0\0\x2c\3\3"s}, {SW_INGRESS, "\x16\3\3\0\x28\2\0\0\x24\3\3"s}}};
    INFO(server);
    order_does_not_matter(opening);
    CHECK(client_first(opening).flow[SW_EGRESS].protocol == SW_PROTOCOL_OTHER);
    CHECK(client_first(opening).flow[SW_INGRESS].protocol == SW_PROTOCOL_OTHER);
  }
}

TEST_CASE("a PostgreSQL server that refuses TLS is followed, wherever the client's start-up is cut") {
  const std::string request = "\0\0\0\x08\x04\xd2\x16\x2f"s;
  const std::string startup = "\0\0\0\x20\0\3\0\0user\0joe\0"s + "database\0shop\0\0"s;
  const std::string ready = "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"s;
  const auto end_state = [&](std::size_t first, std::size_t second, std::size_t third) {
    Conversation c;
    const auto speak = [&](sw_direction direction, const std::string& bytes, std::size_t cut) {
      c.packet(direction, bytes.substr(0, cut));
      if (cut < bytes.size()) c.packet(direction, bytes.substr(cut));
    };
    speak(SW_EGRESS, request, first);
    c.receive("N");
    speak(SW_EGRESS, startup, second);
    speak(SW_INGRESS, ready, third);
    return c.wire();
  };
  const sw_wire whole = end_state(request.size(), startup.size(), ready.size());
  CHECK(whole.flow[SW_EGRESS].protocol == SW_PROTOCOL_POSTGRESQL);
  CHECK(whole.flow[SW_INGRESS].protocol == SW_PROTOCOL_POSTGRESQL);
  CHECK(whole.flow[SW_INGRESS].message == SW_MESSAGE_COMPLETE);
  for (std::size_t first = 1; first <= request.size(); ++first)
    for (std::size_t second = 1; second <= startup.size(); ++second)
      for (std::size_t third = 1; third <= ready.size(); ++third)
        REQUIRE(facts(end_state(first, second, third)) == facts(whole));
}

}  // namespace sockwarden
