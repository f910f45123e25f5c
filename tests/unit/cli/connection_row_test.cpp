#include "agent/cli/connection_row.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

TEST_CASE("a row is read back from what the API states") {
  const Json json = Json::parse(R"({"process":{"pid":42,"comm":"orders","exe":"/bin/orders"},"role":"client",
    "protocol":"tls","state":"CLOSE_WAIT","local":"10.0.0.1:4","remote":"10.0.0.7:80","fd":7,"preexisting":false,
    "accepted":true,"age_seconds":3.5,"idle_seconds":1.25,"exchanges":9,"unread_bytes":6,"closed_by":"peer","close_reason":"fin",
    "options":["TCP_NODELAY=1"]})");
  const ConnectionRow row = row_of(json, "2026-11-22T04:10:11.123Z");
  CHECK(row.comm == "orders");
  CHECK(row.exe == "/bin/orders");
  CHECK(row.pid == 42);
  CHECK(row.fd == 7);
  CHECK(row.role == "client");
  CHECK(row.state == "CLOSE_WAIT");
  CHECK(row.age == 3500ms);
  CHECK(row.idle == 1250ms);
  CHECK(row.exchanges == 9);
  CHECK(row.unread_bytes == 6);
  CHECK(row.closed_by == "peer");
  CHECK(row.close_reason == "fin");
  CHECK(row.options == std::vector<std::string>{"TCP_NODELAY=1"});
}

TEST_CASE("null, missing and wrong keys are unknown, not zero and no failure") {
  const ConnectionRow row = row_of(Json::parse(R"({"process":{"pid":null,"comm":null},"fd":null,"age_seconds":null,
    "idle_seconds":"x","options":null,"role":5})"),
                                   "");
  CHECK(row.comm.empty());
  CHECK_FALSE(row.pid);
  CHECK_FALSE(row.fd);
  CHECK_FALSE(row.age);
  CHECK_FALSE(row.idle);
  CHECK(row_of(Json::parse("[1]"), "").role.empty());
}

TEST_CASE("a preexisting connection is as old as it has been seen") {
  const Json json =
      Json::parse(R"({"preexisting":true,"age_seconds":null,"first_seen_at":"2026-11-22T04:10:01.100Z"})");
  CHECK(row_of(json, "2026-11-22T04:10:11.350Z").age == 10250ms);
}

TEST_CASE("a connection in the accept queue is queued") {
  CHECK(row_of(Json::parse(R"({"role":"server","accepted":false})"), "").role == "queued");
}

TEST_CASE("times are read as the API writes them") {
  CHECK(parse_rfc3339(rfc3339(WallTime(1234567890123ms))) == 1234567890123ms);
  CHECK_FALSE(parse_rfc3339("yesterday"));
}

TEST_CASE("rows stand by process, then the oldest first, and the unknown last") {
  ConnectionRow older, newer, other, unknown;
  older.service = newer.service = "b";
  older.age = 5s;
  newer.age = 1s;
  other.service = "a";
  CHECK(comes_before(older, newer));
  CHECK_FALSE(comes_before(newer, older));
  CHECK(comes_before(other, older));
  CHECK(comes_before(newer, unknown));
}
