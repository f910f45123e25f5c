// The same bytes must give the same state, however TCP cuts them. The conversations were recorded from curl, nghttp,
// nginx, psql, pgbench, PostgreSQL, redis-cli, Redis, MariaDB with PyMySQL, go-sql-driver and its own client.
#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <sstream>

#include "tests/unit/wire/captured_conversation.h"
#include "tests/unit/wire/conversation.h"
#include "tests/unit/wire/facts.h"

namespace sockwarden {
namespace {

using testing::CapturedBytes;

std::vector<CapturedBytes> recorded(const std::string& name) {
  auto exchanges = testing::captured_conversation(name);
  REQUIRE(!exchanges.empty());
  return exchanges;
}

using Cut = std::function<std::size_t()>;

sw_wire play(const std::vector<CapturedBytes>& exchanges, const Cut& next_length) {
  Conversation conversation;
  for (const auto& exchange : exchanges) {
    for (std::size_t at = 0; at < exchange.bytes.size();) {
      const std::size_t length = std::min(next_length(), exchange.bytes.size() - at);
      conversation.packet(exchange.direction, exchange.bytes.substr(at, length));
      at += length;
    }
  }
  return conversation.wire();
}

Cut always(std::size_t length) {
  return [length] { return length; };
}

}  // namespace

TEST_CASE("any split of a real conversation ends in the same state") {
  for (const auto* name :
       {"http", "h2", "tls12", "tls13", "psql", "pgprepared", "redis", "mysql", "mysqlprepared", "mysqltrack"}) {
    const auto exchanges = recorded(name);
    const std::string whole = facts(play(exchanges, always(100'000)));
    INFO(name);
    for (std::size_t length = 1; length <= 40; ++length) {
      INFO("packets of " << length << " bytes");
      CHECK(facts(play(exchanges, always(length))) == whole);
    }
    std::mt19937 random(4242);
    for (int attempt = 0; attempt < 300; ++attempt) {
      INFO("random split " << attempt);
      const std::size_t most = 1 + random() % 300;
      CHECK(facts(play(exchanges, [&] { return 1 + random() % most; })) == whole);
    }
  }
}

TEST_CASE("one cut at any place of a real conversation ends in the same state") {
  for (const auto* name :
       {"http", "h2", "tls12", "tls13", "psql", "pgprepared", "redis", "mysql", "mysqlprepared", "mysqltrack"}) {
    const auto exchanges = recorded(name);
    const std::string whole = facts(play(exchanges, always(100'000)));
    INFO(name);
    for (std::size_t cut = 1; cut < 1500; ++cut) {
      bool first = true;
      const auto cut_once = [&] { return std::exchange(first, false) ? cut : std::size_t{100'000}; };
      CHECK(facts(play(exchanges, cut_once)) == whole);
    }
  }
}

TEST_CASE("curl against nginx is followed to its last response") {
  const auto wire = play(recorded("http"), always(100'000));
  const auto& requests = wire.flow[SW_EGRESS];
  const auto& responses = wire.flow[SW_INGRESS];
  CHECK(requests.messages == 6);
  CHECK(responses.messages == 6);
  CHECK(responses.http.status == 404);
  CHECK(requests.flags & SW_FLOW_CLOSE);
  CHECK(responses.flags & SW_FLOW_CLOSE);
  CHECK(responses.message == SW_MESSAGE_COMPLETE);
  CHECK_FALSE((requests.flags | responses.flags) & SW_FLOW_LOST);
}

TEST_CASE("nghttp's three streams are opened and ended") {
  const auto wire = play(recorded("h2"), always(100'000));
  CHECK(wire.flow[SW_EGRESS].protocol == SW_PROTOCOL_HTTP_2);
  CHECK(wire.flow[SW_EGRESS].messages == wire.flow[SW_INGRESS].messages);
  CHECK(wire.flow[SW_EGRESS].messages == 6);
  CHECK(wire.flow[SW_EGRESS].message == SW_MESSAGE_COMPLETE);
  CHECK(wire.flow[SW_EGRESS].http2.stream == wire.flow[SW_INGRESS].http2.stream);
}

TEST_CASE("a TLS handshake shows its name, its version and its end") {
  for (const auto* name : {"tls12", "tls13"}) {
    const auto wire = play(recorded(name), always(100'000));
    INFO(name);
    CHECK(std::string(wire.text, wire.text_length) == "shop.example");
    CHECK(wire.flow[SW_EGRESS].protocol == SW_PROTOCOL_TLS);
    CHECK(bool(wire.flow[SW_INGRESS].flags & SW_FLOW_TLS_1_3) == (std::string(name) == "tls13"));
    CHECK(wire.flow[SW_EGRESS].flags & SW_FLOW_ENCRYPTED);
    CHECK(wire.flow[SW_INGRESS].flags & SW_FLOW_ENCRYPTED);
    CHECK(wire.flow[SW_EGRESS].head_done_ns != 0);
  }
}

TEST_CASE("psql's statements are counted and the failed transaction is seen") {
  const auto wire = play(recorded("psql"), always(100'000));
  CHECK(wire.flow[SW_EGRESS].protocol == SW_PROTOCOL_POSTGRESQL);
  CHECK(std::string(wire.text, wire.text_length) == "postgres/postgres");
  CHECK(wire.text_statements == 9);
  CHECK(wire.prepares == 0);
  CHECK(wire.flow[SW_INGRESS].postgresql.transaction == SW_TRANSACTION_FAILED);
  CHECK(wire.flow[SW_INGRESS].message == SW_MESSAGE_COMPLETE);
}

TEST_CASE("pgbench -M prepared prepares once and executes often") {
  const auto wire = play(recorded("pgprepared"), always(100'000));
  CHECK(wire.prepares == 1);
  CHECK(wire.executes == 3);
  CHECK(wire.flow[SW_INGRESS].postgresql.transaction == SW_TRANSACTION_IDLE);
}

TEST_CASE("PyMySQL's statements are counted, and each answer of MariaDB is seen to end") {
  auto exchanges = recorded("mysql");
  CHECK(play(exchanges, always(100'000)).text_statements == 10);
  std::vector<std::uint8_t> states;
  while (!exchanges.empty()) {
    const auto wire = play(exchanges, always(100'000));
    if (exchanges.back().direction == SW_INGRESS && wire.flow[SW_EGRESS].messages != 0) {
      CHECK(wire.flow[SW_INGRESS].message == SW_MESSAGE_COMPLETE);
      states.insert(states.begin(), wire.flow[SW_INGRESS].mysql.transaction);
    }
    exchanges.pop_back();
  }
  constexpr auto idle = SW_TRANSACTION_IDLE, open = SW_TRANSACTION_OPEN, unknown = SW_TRANSACTION_UNKNOWN;
  // SET, CREATE, DELETE, COMMIT, INSERT, UPDATE, COMMIT, SELECT, an error, ROLLBACK
  CHECK(states == std::vector<std::uint8_t>{idle, idle, open, idle, open, open, idle, open, unknown, idle});
}

TEST_CASE("go-sql-driver prepares, executes and closes, and the close asks for no answer") {
  const auto wire = play(recorded("mysqlprepared"), always(100'000));
  CHECK(wire.prepares == 2);
  CHECK(wire.executes == 2);
  CHECK(wire.text_statements == 0);
  CHECK(wire.flow[SW_EGRESS].mysql.no_answer == 1);
  CHECK(wire.flow[SW_EGRESS].started_ns < wire.flow[SW_INGRESS].started_ns);
  CHECK(wire.flow[SW_INGRESS].message == SW_MESSAGE_COMPLETE);
  CHECK(wire.flow[SW_INGRESS].mysql.transaction == SW_TRANSACTION_IDLE);
}

TEST_CASE("MariaDB's client is followed where answers carry what changed in the session") {
  auto exchanges = recorded("mysqltrack");
  exchanges.pop_back();  // COM_QUIT
  const auto wire = play(exchanges, always(100'000));
  CHECK(wire.text_statements == 6);
  CHECK(wire.flow[SW_INGRESS].message == SW_MESSAGE_COMPLETE);
  CHECK(wire.flow[SW_INGRESS].mysql.transaction == SW_TRANSACTION_IDLE);
}

TEST_CASE("redis-cli's last command waits by its protocol") {
  const auto wire = play(recorded("redis"), always(100'000));
  CHECK(wire.flow[SW_EGRESS].protocol == SW_PROTOCOL_REDIS);
  CHECK(wire.flow[SW_INGRESS].protocol == SW_PROTOCOL_REDIS);
  CHECK(wire.flow[SW_EGRESS].flags & SW_FLOW_BLOCKING);
}

}  // namespace sockwarden
