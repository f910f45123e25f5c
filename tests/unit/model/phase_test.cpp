#include "agent/model/phase.h"

#include <catch2/catch.hpp>

#include "agent/model/protocol.h"
#include "tests/unit/model/world.h"
#include "tests/unit/wire/conversation.h"

namespace sockwarden {
namespace {

using namespace std::string_literals;

const std::string get = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";

sw_connection connection(sw_role role, const sw_wire& wire = {}, TcpState state = TcpState::established) {
  const bool dials = state == TcpState::syn_sent;
  const char* name = role == SW_ROLE_SERVER ? "server_unused" : dials ? "client_dialling" : "client_unused";
  sw_connection raw = testing::captured_record(name, 1000 * testing::second_ns);
  raw.record.role = role;
  raw.record.birth_ns = 1;
  raw.record.established_ns = dials ? 0 : 1;
  raw.record.wire = wire;
  raw.socket.state = static_cast<std::uint8_t>(state);
  if (state == TcpState::close_wait) raw.record.flags |= SW_FLAG_PEER_FIN;
  if (state == TcpState::fin_wait1) raw.record.flags |= SW_FLAG_OWN_FIN;
  return testing::possible(raw);
}

/// Of the client, which sends, and of the server, to which the same bytes arrive.
PhaseNow client(const Conversation& conversation) { return phase_of(connection(SW_ROLE_CLIENT, conversation.wire())); }
PhaseNow server(const Conversation& conversation) {
  sw_wire wire = conversation.wire();
  std::swap(wire.flow[0], wire.flow[1]);
  wire.last = wire.last == 0 ? 0 : static_cast<std::uint8_t>(3 - wire.last);
  return phase_of(connection(SW_ROLE_SERVER, wire));
}

Instant at(std::uint64_t ns) { return Instant(std::chrono::nanoseconds(ns)); }

std::string record(char type, std::size_t length) {
  return std::string{type, 3, 3, static_cast<char>(length >> 8), static_cast<char>(length & 0xff)} +
         std::string(length, 'x');
}

std::string hello(char type, bool tls_1_3) {
  std::string body{type, 0, 0, 0, 3, 3};
  body += std::string(32, 'r') + '\0';
  body += type == 1 ? "\0\x02\x13\x01\x01\0\0\0"s : (tls_1_3 ? "\x13\x01\0"s : "\xc0\x2f\0"s);
  return std::string{22, 3, 3, 0, static_cast<char>(body.size())} + body;
}

enum : char { data = 0, headers = 1, reset_stream = 3 };

std::string frame(char type, bool ends, char stream) {
  return std::string{0, 0, 4, type, static_cast<char>(ends ? 1 : 0), 0, 0, 0, stream} + "head";
}

}  // namespace

TEST_CASE("a connection in SYN_SENT dials since connect()") {
  const auto now = phase_of(connection(SW_ROLE_CLIENT, {}, TcpState::syn_sent));
  CHECK(now.phase == Phase::dial);
  CHECK(now.since == at(1));
  CHECK_FALSE(now.coarse);
}

TEST_CASE("an HTTP/1 exchange passes through its phases on both sides") {
  Conversation c;
  c.send(get.substr(0, 10));
  CHECK(client(c).phase == Phase::request_sending);
  CHECK(server(c).phase == Phase::server_header);
  CHECK(server(c).since == at(1));
  c.send(get.substr(10));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(client(c).since == at(2));
  CHECK(server(c).phase == Phase::handler);
  CHECK(server(c).since == at(2));
  c.receive(ok.substr(0, 12));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(server(c).phase == Phase::response);
  c.receive(ok.substr(12) + "12");
  CHECK(client(c).phase == Phase::body);
  CHECK(client(c).since == at(4));
  CHECK(server(c).phase == Phase::response);
  c.receive("34");
  CHECK(client(c).phase == Phase::idle);
  CHECK(client(c).since == at(5));
  CHECK(server(c).phase == Phase::server_idle);
  CHECK_FALSE(client(c).coarse);
  c.send(get);
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(client(c).since == at(6));
}

TEST_CASE("a request body that drips in is the server's body phase") {
  Conversation c;
  c.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n123");
  CHECK(server(c).phase == Phase::server_body);
  CHECK(server(c).since == at(1));
  CHECK(client(c).phase == Phase::request_sending);
}

TEST_CASE("a server that answered one of two pipelined requests still handles the other") {
  Conversation c;
  c.send(get + get).receive(ok + "1234");
  CHECK(server(c).phase == Phase::handler);
  CHECK(server(c).since == at(2));
  CHECK(client(c).phase == Phase::first_byte_wait);
}

TEST_CASE("a response that the application has not taken is its body phase") {
  Conversation c;
  c.send(get).receive(ok + "1234");
  auto raw = connection(SW_ROLE_CLIENT, c.wire());
  raw.socket.unread_bytes = 4;
  CHECK(phase_of(raw).phase == Phase::body);
  raw.socket.unread_bytes = 0;
  CHECK(phase_of(raw).phase == Phase::idle);
}

TEST_CASE("an upgraded connection waits by its protocol") {
  Conversation c;
  c.send("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  CHECK_FALSE(client(c).waits_by_protocol);
  c.receive("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  CHECK(client(c).waits_by_protocol);
}

TEST_CASE("a lost flow has only coarse phases") {
  Conversation c;
  c.send(get).receive("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n");
  CHECK(client(c).coarse);
}

TEST_CASE("a handshake that the server does not answer is the tls phase") {
  Conversation c;
  c.send(hello(1, true));
  CHECK(client(c).phase == Phase::tls);
  CHECK(client(c).since == at(1));
  CHECK(server(c).phase == Phase::tls);
  c.receive(hello(2, true) + record(20, 1) + record(23, 500));
  CHECK(client(c).phase == Phase::tls);
  c.send(record(20, 1) + record(23, 53));
  CHECK(client(c).phase == Phase::idle);
  CHECK(server(c).phase == Phase::server_first_byte_wait);
}

TEST_CASE("session tickets are no response") {
  Conversation c;
  c.send(hello(1, true)).receive(hello(2, true) + record(20, 1) + record(23, 500));
  c.send(record(20, 1) + record(23, 53) + record(23, 200));
  c.receive(record(23, 250) + record(23, 250));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(server(c).phase == Phase::handler);
  c.receive(record(23, 400));
  CHECK(client(c).phase == Phase::idle);
}

TEST_CASE("a ticket before the request is no response") {
  Conversation c;
  c.send(hello(1, true)).receive(hello(2, true) + record(20, 1) + record(23, 500));
  c.send(record(20, 1) + record(23, 53)).receive(record(23, 150)).send(record(23, 200));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK_FALSE(client(c).coarse);
  c.receive(record(23, 300));
  CHECK(client(c).phase == Phase::idle);
}

TEST_CASE("one record that answers a TLS request is taken for the response") {
  Conversation c;
  c.send(hello(1, true)).receive(hello(2, true) + record(20, 1) + record(23, 500));
  c.send(record(20, 1) + record(23, 53) + record(23, 200)).receive(record(23, 150));
  CHECK(client(c).phase == Phase::idle);
  CHECK(client(c).coarse);
}

TEST_CASE("in TLS 1.2 the handshake ends with the encrypted Finished of both") {
  Conversation c;
  c.send(hello(1, false)).receive(hello(2, false)).send(record(22, 70) + record(20, 1) + record(22, 40));
  CHECK(client(c).phase == Phase::tls);
  c.receive(record(20, 1) + record(22, 40));
  CHECK(client(c).phase == Phase::idle);
  c.send(record(23, 200));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(server(c).phase == Phase::handler);
}

TEST_CASE("HTTP/2's acknowledgements inside TLS are no request") {
  Conversation c;
  c.send(hello(1, true)).receive(hello(2, true) + record(20, 1) + record(23, 500));
  c.send(record(20, 1) + record(23, 53) + record(23, 200)).receive(record(23, 300) + record(23, 900));
  c.send(record(23, 30));
  CHECK(client(c).phase == Phase::idle);
  CHECK(client(c).coarse);
  c.send(record(23, 120));
  CHECK(client(c).phase == Phase::first_byte_wait);
}

TEST_CASE("HTTP/2 waits while the latest stream, asked in full, has no beginning of an answer") {
  Conversation c;
  c.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, false, 0)).receive(frame(4, false, 0));
  CHECK(client(c).phase == Phase::idle);
  c.send(frame(headers, true, 1));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(client(c).since == at(c.now()));
  CHECK(server(c).phase == Phase::handler);
  c.receive(frame(headers, false, 1));
  CHECK(client(c).phase == Phase::body);
  CHECK(server(c).phase == Phase::response);

  SECTION("a second stream beside one that stays open") {
    c.send(frame(headers, false, 3));
    CHECK(client(c).phase == Phase::body);  // the client has yet to say more
    c.send(frame(data, true, 3));
    CHECK(client(c).phase == Phase::first_byte_wait);
    c.receive(frame(data, false, 1));
    CHECK(client(c).phase == Phase::first_byte_wait);
    c.receive(frame(headers, false, 3) + frame(headers, true, 3));
    CHECK(client(c).phase == Phase::body);
    c.receive(frame(data, true, 1));
    CHECK(client(c).phase == Phase::idle);
    CHECK(server(c).phase == Phase::server_idle);
  }
  SECTION("a request that the client cancels") {
    c.send(frame(headers, true, 3));
    CHECK(client(c).phase == Phase::first_byte_wait);
    c.send(frame(reset_stream, false, 3));
    CHECK(client(c).phase == Phase::body);
  }
  SECTION("a request that the server refuses, and a push that nobody asked for") {
    c.send(frame(headers, true, 3));
    c.receive(frame(headers, true, 2));
    CHECK(client(c).phase == Phase::first_byte_wait);
    c.receive(frame(reset_stream, false, 3) + frame(data, true, 1));
    CHECK(client(c).phase == Phase::idle);
  }
}

TEST_CASE("a PostgreSQL session waits, receives and rests by its messages") {
  Conversation c;
  c.send("\0\0\0\x0e\0\3\0\0user\0\0"s);
  c.receive("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"s);
  CHECK(client(c).phase == Phase::idle);
  c.send("Q\0\0\0\x0eSELECT 1;\0"s);
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(server(c).phase == Phase::handler);
  c.receive("T\0\0\0\x04"s);
  CHECK(client(c).phase == Phase::body);
  CHECK_FALSE(client(c).coarse);
  c.receive("C\0\0\0\x04Z\0\0\0\x05T"s);
  CHECK(client(c).phase == Phase::idle);
  CHECK(server(c).phase == Phase::server_idle);
  CHECK(protocol_of(c.wire()) == Protocol::postgresql);
}

TEST_CASE("a PostgreSQL session that asks for TLS waits for the server to say whether there is any") {
  Conversation c;
  c.send("\0\0\0\x08\x04\xd2\x16\x2f"s);
  CHECK(client(c).phase == Phase::tls);
  CHECK(protocol_of(c.wire()) == Protocol::postgresql);
  c.receive("N");
  CHECK(client(c).phase == Phase::idle);
  c.send("\0\0\0\x0e\0\3\0\0user\0\0"s);
  CHECK(client(c).phase == Phase::first_byte_wait);
}

std::string packet(char sequence, const std::string& payload) {
  return std::string{static_cast<char>(payload.size()), 0, 0, sequence} + payload;
}

TEST_CASE("a MySQL statement that is closed owes no answer, and the next one does") {
  Conversation c;
  c.receive(packet(0, "\x0a"s + "8.0.36\0"s + std::string(40, 'g')));
  c.send(packet(1, "\x05\xa6\x0f\0"s + std::string(28, '\0') + "joe\0\0"s)).receive(packet(2, "\0\0\0\2\0\0\0"s));
  c.send(packet(0, "\x17\1\0\0\0\0\1\0\0\0"s));
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(server(c).phase == Phase::handler);
  c.receive(packet(1, "\0\1\0\2\0\0\0"s));
  const auto answered_ns = c.now();
  c.send(packet(0, "\x19\1\0\0\0"s));
  CHECK(client(c).phase == Phase::idle);
  CHECK(client(c).since == at(answered_ns));
  CHECK(server(c).phase == Phase::server_idle);
  c.send(packet(0, "\x03SELECT 1"s));
  CHECK(client(c).phase == Phase::first_byte_wait);
}

TEST_CASE("a MySQL replica waits for events by its protocol, on both sides") {
  Conversation c;
  c.receive(packet(0, "\x0a"s + std::string(70, 'g')));
  c.send(packet(0, "\x12position"));
  for (const auto& now : {client(c), server(c)}) CHECK(now.waits_by_protocol);
  c.receive(packet(1, std::string(40, 'e')));
  for (const auto& now : {client(c), server(c)}) CHECK(now.waits_by_protocol);
  c.send(packet(0, "\x03SELECT 1"s));
  CHECK_FALSE(client(c).waits_by_protocol);
}

TEST_CASE("a Redis command that blocks waits by its protocol, another does not") {
  Conversation c;
  c.send("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK_FALSE(client(c).waits_by_protocol);
  c.receive("$1\r\nv\r\n").send("*3\r\n$5\r\nblpop\r\n$1\r\nk\r\n$1\r\n0\r\n");
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(client(c).waits_by_protocol);
  CHECK(protocol_of(c.wire()) == Protocol::redis);
}

TEST_CASE("an unknown protocol has phases by who spoke last, and says that they are coarse") {
  Conversation c;
  c.send("\x01\x02");
  CHECK(client(c).phase == Phase::first_byte_wait);
  CHECK(client(c).coarse);
  c.receive("\x03");
  CHECK(client(c).phase == Phase::idle);
  CHECK(client(c).coarse);
  CHECK_FALSE(has_name(protocol_of(c.wire())));
}

TEST_CASE("without the protocol parser phases come from the socket's times and are coarse") {
  auto raw = connection(SW_ROLE_CLIENT);
  raw.socket.bytes_acked = 100;
  raw.record.request_sent_ns = 5;
  raw.socket.sent_since_receive = 1;
  CHECK(phase_of(raw).phase == Phase::first_byte_wait);
  CHECK(phase_of(raw).since == at(5));
  CHECK(phase_of(raw).coarse);
  raw.socket.unsent_bytes = 7;
  CHECK(phase_of(raw).phase == Phase::request_sending);
  raw.socket.unsent_bytes = 0;
  raw.socket.sent_since_receive = 0;
  raw.record.last_receive_ns = 9;
  CHECK(phase_of(raw).phase == Phase::idle);
  raw.record.role = SW_ROLE_SERVER;
  CHECK(phase_of(raw).phase == Phase::handler);
}

TEST_CASE("a connection that was found later has asked if it spoke last, by the kernel's times") {
  auto raw = connection(SW_ROLE_CLIENT);
  raw.record.flags = SW_FLAG_PREEXISTING;
  raw.read_ns = 1000;
  raw.socket.bytes_acked = 100;
  raw.socket.last_send_ago_ns = 300;
  raw.socket.last_arrival_ago_ns = 300;  // the handshake's
  raw.socket.last_arrival_known = 1;
  CHECK(phase_of(raw).phase == Phase::first_byte_wait);
  CHECK(phase_of(raw).since == at(700));
  CHECK(phase_of(raw).coarse);

  SECTION("something came before") {
    raw.socket.bytes_received = 50;
    CHECK(phase_of(raw).phase == Phase::idle);  // within one tick: who was last is not known
    raw.socket.last_arrival_ago_ns = 400;
    CHECK(phase_of(raw).phase == Phase::first_byte_wait);
    raw.socket.last_arrival_ago_ns = 200;
    CHECK(phase_of(raw).phase == Phase::idle);
  }
  SECTION("it has only shaken hands") {
    raw.socket.bytes_acked = 0;
    CHECK(phase_of(raw).phase == Phase::idle);
  }
  SECTION("the program has taken data since") {
    raw.record.last_receive_ns = 900;
    CHECK(phase_of(raw).phase == Phase::idle);
  }
  SECTION("a server's wait is told by its bytes alone") {
    raw.record.role = SW_ROLE_SERVER;
    CHECK(phase_of(raw).phase != Phase::first_byte_wait);
  }
}

TEST_CASE("an accepted connection with no byte waits for the first") {
  const auto now = phase_of(connection(SW_ROLE_SERVER));
  CHECK(now.phase == Phase::server_first_byte_wait);
  CHECK_FALSE(now.coarse);
}

TEST_CASE("a connection of unknown role has no phase unless its bytes tell the role") {
  CHECK(phase_of(connection(SW_ROLE_UNKNOWN)).phase == Phase::unknown);
  Conversation c(false);
  c.receive("tail").send(get);
  CHECK(phase_of(connection(SW_ROLE_UNKNOWN, c.wire())).phase == Phase::first_byte_wait);
}

TEST_CASE("a server that owes a response to a half-closed client is still its handler") {
  Conversation c;
  c.send(get);
  sw_wire wire = c.wire();
  std::swap(wire.flow[0], wire.flow[1]);
  wire.last = 1;
  CHECK(phase_of(connection(SW_ROLE_SERVER, wire, TcpState::close_wait)).phase == Phase::handler);
  c.receive(ok + "1234");
  CHECK(phase_of(connection(SW_ROLE_CLIENT, c.wire(), TcpState::close_wait)).phase == Phase::closing);
  CHECK(phase_of(connection(SW_ROLE_CLIENT, c.wire(), TcpState::fin_wait1)).phase == Phase::closing);
}

}  // namespace sockwarden
