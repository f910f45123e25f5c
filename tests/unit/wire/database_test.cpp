#include <catch2/catch.hpp>

#include "tests/unit/wire/conversation.h"

namespace sockwarden {
namespace {

using namespace std::string_literals;

std::string packet(std::uint8_t sequence, const std::string& payload) {
  return std::string{static_cast<char>(payload.size() & 0xff), static_cast<char>(payload.size() >> 8), 0,
                     static_cast<char>(sequence)} +
         payload;
}

/// MySQL's, as in the protocol's documentation.
const std::string greeting =
    packet(0, "\x0a"s + "8.0.36\0"s + "\x08\0\0\0"s + "12345678\0"s + "\xff\xff\xff\x02\0\xff\xdf\x15"s +
                  std::string(10, '\0') + "123456789012\0"s + "mysql_native_password\0"s);
const std::string login = packet(1, "\x0d\xa6\x0f\0"s + "\0\0\0\x01\x21"s + std::string(23, '\0') + "joe\0"s + "\x14"s +
                                        std::string(20, 'p') + "shop\0"s + "mysql_native_password\0"s);
const std::string ok = packet(2, "\0\0\0\x02\0\0\0"s);

Conversation logged_in() {
  Conversation c;
  c.receive(greeting).send(login).receive(ok);
  return c;
}

std::string pg(char type, const std::string& payload) {
  return type + "\0\0"s + static_cast<char>((payload.size() + 4) >> 8) +
         static_cast<char>((payload.size() + 4) & 0xff) + payload;
}
const std::string ready = "Z\0\0\0\x05I"s;

Conversation pg_started() {
  Conversation c;
  c.send("\0\0\0\x20\0\3\0\0user\0joe\0"s + "database\0shop\0\0"s);
  c.receive(pg('R', "\0\0\0\0"s) + ready);
  return c;
}

}  // namespace

TEST_CASE("a MySQL login shows user and database") {
  const auto c = logged_in();
  CHECK(c.received().protocol == SW_PROTOCOL_MYSQL);
  CHECK(c.sent().protocol == SW_PROTOCOL_MYSQL);
  CHECK(c.text() == "joe/shop");
  CHECK(c.received().mysql.transaction == SW_TRANSACTION_IDLE);
}

TEST_CASE("MySQL statements are told apart as text, prepared and executed") {
  auto c = logged_in();
  c.send(packet(0, "\x03SELECT 1")).receive(ok);
  c.send(packet(0, "\x16SELECT ?")).receive(packet(1, std::string(12, '\0')));
  c.send(packet(0, "\x17\1\0\0\0\0\1\0\0\0"s)).receive(ok).send(packet(0, "\x17\1\0\0\0\0\1\0\0\0"s));
  CHECK(c.wire().text_statements == 1);
  CHECK(c.wire().prepares == 1);
  CHECK(c.wire().executes == 2);
  CHECK(c.sent().messages == 4);
}

TEST_CASE("an open MySQL transaction is seen in whatever packet ends the exchange") {
  for (const auto& end :
       {packet(1, "\0\0\0\x03\0\0\0"s), packet(5, "\xfe\0\0\x03\0"s), packet(5, "\xfe\0\0\x03\0\0\0"s)}) {
    auto c = logged_in();
    c.send(packet(0,
                  "\x03"
                  "BEGIN"))
        .receive(packet(1, std::string(36, 'r')) + end);
    CHECK(c.received().mysql.transaction == SW_TRANSACTION_OPEN);
    CHECK(c.received().message == SW_MESSAGE_COMPLETE);
  }
}

TEST_CASE("a MySQL result that ends in an unknown packet has no known transaction state") {
  auto c = logged_in();
  c.send(packet(0, "\x03SELECT 1"))
      .receive(packet(1,
                      "\xff"
                      "error"));
  CHECK(c.received().mysql.transaction == SW_TRANSACTION_UNKNOWN);
  CHECK(c.received().message == SW_MESSAGE_COMPLETE);
}

TEST_CASE("MySQL inside TLS is still known as MySQL") {
  Conversation c;
  c.receive(greeting).send(packet(1, "\x0d\xae\x0f\0"s + std::string(28, '\0')));
  c.send("\x16\3\1\0\x30\1\0\0\x2c\3\3"s + std::string(32, 'r') + "\0\0\2\x13\1\1\0\0\0"s + "xx"s);
  CHECK(c.wire().inner == SW_PROTOCOL_MYSQL);
  CHECK(c.sent().protocol == SW_PROTOCOL_TLS);
  c.receive("\x16\3\3\0\x28\2\0\0\x24\3\3"s + std::string(32, 'r') + "\0\x13\1\0"s);
  CHECK(c.received().protocol == SW_PROTOCOL_TLS);
}

TEST_CASE("a greeting whose length is a letter is MySQL and not HTTP") {
  for (int length = 0x41; length <= 0x5a; ++length) {
    std::string payload =
        "\x0a"
        "8.0\0"s;
    payload.resize(static_cast<std::size_t>(length), 'x');
    Conversation c;
    c.receive(packet(0, payload));
    CHECK(c.received().protocol == SW_PROTOCOL_MYSQL);
  }
}

TEST_CASE("a PostgreSQL startup shows user and database") {
  const auto c = pg_started();
  CHECK(c.sent().protocol == SW_PROTOCOL_POSTGRESQL);
  CHECK(c.text() == "joe/shop");
  CHECK(c.received().postgresql.transaction == SW_TRANSACTION_IDLE);
}

TEST_CASE("the extended protocol counts Parse and Execute, and ends its exchange with Sync") {
  auto c = pg_started();
  c.send(pg('P', "\0SELECT $1\0\0\0"s) + pg('B', std::string(12, '\0')) + pg('E', "\0\0\0\0\0"s));
  CHECK(c.sent().message == SW_MESSAGE_BODY);
  c.send(pg('S', ""));
  CHECK(c.sent().message == SW_MESSAGE_COMPLETE);
  CHECK(c.wire().prepares == 1);
  CHECK(c.wire().executes == 1);
  CHECK(c.wire().text_statements == 0);
}

TEST_CASE("the transaction state is that of the last ReadyForQuery") {
  auto c = pg_started();
  c.send(pg('Q', "BEGIN\0"s)).receive(pg('C', "BEGIN\0"s) + "Z\0\0\0\x05T"s);
  CHECK(c.received().postgresql.transaction == SW_TRANSACTION_OPEN);
  c.send(pg('Q', "oops\0"s)).receive(pg('E', "SERROR\0\0"s));
  CHECK(c.received().postgresql.transaction == SW_TRANSACTION_UNKNOWN);
  CHECK(c.received().message == SW_MESSAGE_BODY);
  c.receive("Z\0\0\0\x05"s).receive("E");
  CHECK(c.received().postgresql.transaction == SW_TRANSACTION_FAILED);
  c.send(pg('Q', "ROLLBACK\0"s)).receive(pg('C', "ROLLBACK\0"s) + ready);
  CHECK(c.received().postgresql.transaction == SW_TRANSACTION_IDLE);
}

TEST_CASE("a COPY of many rows is skipped and the next query counted") {
  auto c = pg_started();
  c.send(pg('Q', "COPY t FROM STDIN\0"s)).receive(pg('G', "\0\0\0"s));
  std::string rows;
  for (int i = 0; i < 5000; ++i) rows += pg('d', "row\n");
  c.send(rows + pg('c', "")).receive(pg('C', "COPY 5000\0"s) + ready);
  c.send(pg('Q', "SELECT 1\0"s));
  CHECK(c.wire().text_statements == 2);
  CHECK_FALSE(c.sent().flags & SW_FLOW_LOST);
}

TEST_CASE("PostgreSQL that grants TLS is known as PostgreSQL inside it") {
  Conversation c;
  c.send("\0\0\0\x08\x04\xd2\x16\x2f"s).receive("S");
  c.send("\x16\3\1\0\x30\1\0\0\x2c\3\3"s + std::string(32, 'r') + "\0\0\2\x13\1\1\0\0\0"s + "xx"s);
  c.receive("\x16\3\3\0\x28\2\0\0\x24\3\3"s + std::string(32, 'r') + "\0\x13\1\0"s);
  CHECK(c.sent().protocol == SW_PROTOCOL_TLS);
  CHECK(c.received().protocol == SW_PROTOCOL_TLS);
  CHECK(c.wire().inner == SW_PROTOCOL_POSTGRESQL);
}

TEST_CASE("a Redis XREAD blocks only with BLOCK") {
  Conversation c;
  c.send("*4\r\n$5\r\nXREAD\r\n$7\r\nSTREAMS\r\n$1\r\ns\r\n$1\r\n0\r\n");
  CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
  c.receive("*-1\r\n").send("*6\r\n$5\r\nxread\r\n$5\r\nblock\r\n$1\r\n0\r\n$7\r\nSTREAMS\r\n$1\r\ns\r\n$1\r\n$\r\n");
  CHECK(c.sent().flags & SW_FLOW_BLOCKING);
  c.receive("*-1\r\n").send("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
  CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
  CHECK(c.sent().messages == 3);
}

TEST_CASE("an inline PING is Redis") {
  Conversation c;
  c.send("PING\r\n").receive("+PONG\r\n");
  CHECK(c.sent().protocol == SW_PROTOCOL_REDIS);
  CHECK(c.received().protocol == SW_PROTOCOL_REDIS);
}

TEST_CASE("binary protocols of other kinds are none of these") {
  for (const auto& bytes :
       {"\0\0\0\x10garbage of a frame"s, "\x01\x02\x03\x04"s, "\xff\xfe"s + std::string(40, 'x'), "*x\r\n"s}) {
    Conversation c;
    c.send(bytes);
    CHECK(c.sent().protocol == SW_PROTOCOL_OTHER);
  }
}

}  // namespace sockwarden
