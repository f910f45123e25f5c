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

TEST_CASE("a MySQL replica's stream waits by its protocol, and acknowledging an event does not end it") {
  for (const char command : {'\x12', '\x1e', '\x20', '\x21'}) {
    auto c = logged_in();
    c.send(packet(0, std::string(1, '\x15') + "register")).receive(ok);
    CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
    c.send(packet(0, command + "position"s)).receive(packet(1, std::string(40, 'e')));
    CHECK(c.sent().flags & SW_FLOW_BLOCKING);
    c.send(packet(0, "\xef" + std::string(16, 'p'))).receive(packet(2, std::string(40, 'e')));
    CHECK(c.sent().flags & SW_FLOW_BLOCKING);
    CHECK(c.sent().mysql.command == command);
  }
}

TEST_CASE("a statement behind a binlog dump that ended does not wait by its protocol") {
  auto c = logged_in();
  c.send(packet(0, "\x12position")).receive(packet(1, "\xfe\0\0\2\0"s));
  c.send(packet(0, "\x03SELECT 1"));
  CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
}

TEST_CASE("START_REPLICATION waits by its protocol, until the next command, wherever it is cut") {
  const std::string startup = "\0\0\0\x25\0\3\0\0replication\0database\0user\0j\0\0"s;
  const std::string command = pg('Q', "Start_Replication SLOT s LOGICAL 0/0\0"s);
  for (std::size_t cut = 1; cut < command.size(); ++cut) {
    Conversation c;
    c.send(startup.substr(0, 7 + cut % 20)).send(startup.substr(7 + cut % 20));
    c.receive(pg('R', "\0\0\0\0"s) + ready).send(pg('Q', "IDENTIFY_SYSTEM\0"s));
    CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
    c.receive(pg('D', "row") + ready).send(command.substr(0, cut)).send(command.substr(cut));
    CHECK(c.sent().flags & SW_FLOW_BLOCKING);
    CHECK(c.sent().message == SW_MESSAGE_COMPLETE);
    c.receive(pg('W', "\0\0\0"s)).receive(pg('d', "k")).send(pg('d', "r")).receive(pg('d', "w")).send(pg('d', "r"));
    CHECK(c.sent().flags & SW_FLOW_BLOCKING);
    c.receive(pg('d', "w")).send(pg('c', "")).receive(pg('c', "") + pg('C', "COPY 0\0"s) + ready);
    c.send(pg('Q', "IDENTIFY_SYSTEM\0"s));
    CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
    CHECK(c.wire().text_statements == 3);
    CHECK(c.text() == "j");
  }
}

TEST_CASE("an ordinary session's text that begins like replication does not wait by its protocol") {
  auto c = pg_started();
  c.send(pg('Q', "START_REPLICATION SLOT s\0"s));
  CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
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

std::string redis(const std::vector<std::string>& words) {
  std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words) bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return bytes;
}

TEST_CASE("every command of Redis that blocks waits by its protocol, in any case, and only until the next") {
  for (const auto* name : {"BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT",
                           "WAITAOF", "blpop", "bzPopMin", "waitaof"}) {
    Conversation c;
    c.send(redis({name, "k", "0"}));
    INFO(name);
    CHECK(c.sent().flags & SW_FLOW_BLOCKING);
    c.receive("*-1\r\n").send(redis({"GET", "k"}));
    CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
  }
}

TEST_CASE("a subscription and a replica's stream go on whatever else is said, until all of it is given up") {
  for (const auto* name : {"SUBSCRIBE", "psubscribe", "SSUBSCRIBE", "MONITOR", "PSYNC", "sync"}) {
    Conversation c;
    INFO(name);
    c.send(redis({name, "a", "1"})).receive("+OK\r\n");
    for (const auto& words : {std::vector<std::string>{"PING"}, {"REPLCONF", "ACK", "7"}, {"UNSUBSCRIBE", "a"}}) {
      c.send(redis(words)).receive("+OK\r\n");
      CHECK(c.sent().flags & SW_FLOW_BLOCKING);
    }
  }
  for (const auto* name : {"UNSUBSCRIBE", "punsubscribe", "SUNSUBSCRIBE", "reset"}) {
    Conversation c;
    c.send(redis({"SUBSCRIBE", "a"})).receive("*3\r\n").send(redis({name}));
    INFO(name);
    CHECK_FALSE(c.sent().flags & SW_FLOW_BLOCKING);
  }
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
