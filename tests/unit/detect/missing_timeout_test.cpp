#include <catch2/catch.hpp>

#include "tests/unit/detect/stage.h"

namespace sockwarden {
namespace {

using namespace std::chrono_literals;
using testing::Stage;

const std::string remote = "10.0.0.7:8080";

const Detector detector{missing_timeout_suspects, judge_missing_timeout};

std::vector<Finding> findings(Stage& stage) { return stage.ask(detector).findings; }

}  // namespace

TEST_CASE("a wait is asked about shortly before its threshold, and judged beyond it") {
  Stage stage;
  stage.asked(2.5);
  CHECK(stage.suspects(detector).empty());
  const auto late = stage.asked(6);
  const auto suspects = stage.suspects(detector);
  REQUIRE_FALSE(suspects.empty());
  CHECK(suspects.back().question.connection == late);
  CHECK(findings(stage).empty());
  Stage soon;
  soon.answer(soon.asked(3.5), Verdict::infinite);
  CHECK(findings(soon).empty());
  CHECK(findings(soon).size() == 1);  // a second later
}

TEST_CASE("connections that wait for an answer for ever are one finding with their count") {
  Stage stage;
  for (int i = 0; i < 3; ++i) stage.answer(stage.asked(5 + i), Verdict::infinite);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].class_name == "missing-timeout");
  CHECK(found[0].qualifier == "header");
  CHECK(found[0].confidence == Confidence::proven);
  CHECK(found[0].count == 3);
  CHECK(found[0].subjects.size() == 3);
  CHECK(found[0].remote == remote);
  CHECK(found[0].summary ==
        "3 connections to 10.0.0.7:8080 wait for the answer to begin with no timeout (7 s so far).");
}

TEST_CASE("a finite timeout, a pending timer and a lack of evidence are silent") {
  for (const Verdict verdict : {Verdict::finite, Verdict::timer_pending, Verdict::unknown}) {
    Stage stage;
    stage.answer(stage.asked(20), verdict);
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("a wait that is not proven is likely endless only once it is longer than any limit that people set") {
  Stage stage;
  const auto id = stage.asked(61);
  stage.answer(id, Verdict::timer_pending, 1s);
  const auto found = findings(stage);  // whether or not the endpoint ever answered
  REQUIRE(found.size() == 1);
  CHECK(found[0].confidence == Confidence::likely);

  SECTION("not before, however quick the earlier answers were: a timer that it outlived was another's") {
    Stage early;
    early.earlier("header", remote, WaitEnd::answered, 5ms, 30);
    early.answer(early.asked(58), Verdict::timer_pending, 1s);
    CHECK(findings(early).empty());
  }
  SECTION("nor where the program met more endpoints than are remembered: this one may have had a timeout") {
    for (std::size_t host = 0; host <= WaitHistory::most_of_program; ++host)
      stage.earlier("header", "host" + std::to_string(host) + ":80", WaitEnd::answered, 5ms, 1);
    CHECK(findings(stage).empty());
    stage.earlier("header", remote, WaitEnd::answered, 5ms, 1);
    CHECK(findings(stage).size() == 1);
  }
  SECTION("nor on a stream of HTTP/2, which may be a subscription: that is proven, or nothing") {
    auto& wire = stage.world.connection(id).record.wire;
    testing::speak(stage.world.connection(id).record, SW_PROTOCOL_HTTP_2);
    wire.flow[SW_EGRESS].http2.stream = 1;
    CHECK(findings(stage).empty());
    stage.answer(id, Verdict::infinite);
    REQUIRE(findings(stage).size() == 1);
    wire.flow[SW_INGRESS].http2.stream = 1;  // its answer has begun
    CHECK(findings(stage).empty());
  }
  SECTION("nor where answers took so long before") {
    Stage slow;
    slow.earlier("header", remote, WaitEnd::answered, 20s, 3);
    slow.answer(slow.asked(70), Verdict::timer_pending, 1s);
    CHECK(findings(slow).empty());
  }
  SECTION("nor while a timer that may be its own has not passed") {
    stage.answer(id, Verdict::timer_pending, 150s);
    CHECK(findings(stage).empty());
  }
  SECTION("nor while one may last that showed before") {
    stage.evidence[id].may_last = 70s;
    CHECK(findings(stage).empty());
  }
  SECTION("nor, before an hour, where a limit may be hidden") {
    stage.evidence[id].hidden_limit = true;
    CHECK(findings(stage).empty());
  }
  SECTION("nor, before an hour, in the loop of a program that also serves") {
    stage.rests(1);
    CHECK(findings(stage).size() == 1);  // a thread of its own is blocked on it
    stage.evidence[id].basis = Basis::event_loop;
    CHECK(findings(stage).empty());
  }
  SECTION("nor where the program gave up such waits before") {
    stage.earlier("header", remote, WaitEnd::own_close, 58s, 1);
    CHECK(findings(stage).empty());
  }
  SECTION("nor where nobody waits for it") {
    stage.answer(id, Verdict::unknown);
    stage.evidence[id].unattended = true;
    CHECK(findings(stage).empty());
  }
  SECTION("what the threads wait in may also be hidden altogether") {
    stage.answer(id, Verdict::unknown);
    CHECK(findings(stage).size() == 1);
  }
  SECTION("the limit is a setting") {
    stage.thresholds.unproven = 10min;
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("what was given up twice after the same time has a limit, whoever keeps it") {
  Stage stage;
  const auto id = stage.asked(40);
  stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).size() == 1);
  stage.earlier("header", remote, WaitEnd::own_close, 45s, 2);
  CHECK(findings(stage).empty());
}

TEST_CASE("a wait beyond its threshold is told with what is known of its limit") {
  Stage stage;
  const auto told = [&](Verdict verdict) {
    const auto id = stage.asked(28);
    stage.answer(id, verdict);
    const auto waits = stage.ask(detector).waits.all();
    stage.world.close(id);
    REQUIRE(waits.size() == 1);
    return waits[0];
  };
  const ObservedWait unproven = told(Verdict::timer_pending);
  CHECK(unproven.verdict == WaitVerdict::unproven);
  CHECK(unproven.phase == "header");
  CHECK(unproven.endpoint == remote);
  CHECK(unproven.pid == 42);
  CHECK(unproven.waited >= 28s);
  CHECK(unproven.waited < 29s);
  CHECK(told(Verdict::infinite).verdict == WaitVerdict::proven);
  CHECK(told(Verdict::finite).verdict == WaitVerdict::limited);
  stage.earlier("header", remote, WaitEnd::own_close, 30s, 2);
  const ObservedWait limited = told(Verdict::timer_pending);
  CHECK(limited.verdict == WaitVerdict::limited);
  CHECK(limited.limit == std::optional<std::chrono::nanoseconds>(30s));
}

TEST_CASE("waits of the same are one row with the longest, and endpoints beyond the room are others") {
  ObservedWaits waits(2);
  const auto wait = [](const std::string& endpoint, std::chrono::seconds waited) {
    ObservedWait one;
    one.endpoint = endpoint;
    one.waited = waited;
    return one;
  };
  for (const auto seconds : {5s, 9s, 7s}) waits.add(wait("a:1", seconds));
  for (const char* endpoint : {"b:1", "c:1", "d:1"}) waits.add(wait(endpoint, 5s));
  const auto all = waits.all();
  REQUIRE(all.size() == 3);
  CHECK(all[0].count == 3);
  CHECK(all[0].waited == 9s);
  CHECK(all[2].endpoint == "other");
  CHECK(all[2].count == 2);
}

TEST_CASE("a dial that some timer may end is likely endless as late as any other wait") {
  Stage stage;
  const auto id =
      stage.world.open_as("client_dialling", stage.serial, testing::v4(10, 0, 0, 1, 40000), Stage::peer, stage.at(61));
  stage.answer(id, Verdict::timer_pending, 3s);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].qualifier == "dial");
  stage.world.connection(id).record.birth_ns = stage.at(50);
  CHECK(findings(stage).empty());
}

TEST_CASE("a client blocked on a connection on which nothing was ever said waits for a greeting") {
  Stage stage;
  const auto id = stage.world.client(stage.serial, Stage::peer);
  sw_record& record = stage.world.connection(id).record;
  record.birth_ns = record.established_ns = stage.at(10);
  stage.answer(id, Verdict::infinite);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].qualifier == "header");
  CHECK(found[0].confidence == Confidence::proven);
  CHECK(found[0].summary.find("waits for the server to speak first") != std::string::npos);

  SECTION("not with a limit") {
    stage.answer(id, Verdict::finite);
    CHECK(findings(stage).empty());
  }
  SECTION("nor where the same call waits for something else, too") {
    stage.evidence[id].exclusive = false;
    CHECK(findings(stage).empty());
  }
  SECTION("nor in an event loop, where it may be in reserve: no wait is told either") {
    stage.evidence[id].basis = Basis::event_loop;
    const auto result = stage.ask(detector);
    CHECK(result.findings.empty());
    CHECK(result.waits.all().empty());
  }
  SECTION("nor once something was said") {
    stage.world.connection(id).socket.bytes_received = 20;
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("a server blocked on a client that never says a word is told where others spoke on that address") {
  Stage stage;
  const auto id =
      stage.world.open(stage.serial, SW_ROLE_SERVER, testing::v4(10, 0, 0, 1, 80), testing::v4(10, 0, 0, 9, 5000));
  sw_record& record = stage.world.connection(id).record;
  record.birth_ns = record.established_ns = stage.at(10);
  stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).empty());  // it may be a server that speaks first, or one for which silence is as good
  stage.earlier("server-header", "10.0.0.1:80", WaitEnd::answered, 1ms, 1);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].qualifier == "server-header");
  CHECK(found[0].confidence == Confidence::proven);

  SECTION("not with a limit") {
    stage.answer(id, Verdict::finite);
    CHECK(findings(stage).empty());
  }
  SECTION("nor where no thread is blocked on it") {
    stage.evidence[id].basis = Basis::event_loop;
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("in a protocol that is not parsed, a habit of quick answers tells a request from rest") {
  Stage stage;
  const auto id = stage.world.client(stage.serial, Stage::peer);
  auto& record = stage.world.connection(id).record;
  stage.world.exchange(id, 50);
  testing::speak(record, SW_PROTOCOL_OTHER);
  record.wire.last = 1 + SW_EGRESS;
  record.wire.flow[SW_EGRESS].exchanges = 50;
  record.wire.flow[SW_EGRESS].exchange_ns = stage.at(10);
  record.first_byte_count = 50;
  record.first_byte_max_ns = 20'000'000;
  stage.answer(id, Verdict::infinite);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].confidence == Confidence::likely);

  SECTION("few answers are no habit") {
    record.first_byte_count = 5;
    CHECK(findings(stage).empty());
  }
  SECTION("one slow answer breaks it") {
    record.first_byte_max_ns = 2 * testing::second_ns;
    CHECK(findings(stage).empty());
  }
  SECTION("who waits in an event loop may wait for anything") {
    stage.evidence[id].basis = Basis::event_loop;
    CHECK(findings(stage).empty());
  }
}

TEST_CASE(
    "of a connection found later that was never answered, a process that waits for nothing else is likely stuck") {
  Stage stage;
  const auto found_later = [&](double seconds_ago) {
    const auto id = stage.world.open(stage.serial, SW_ROLE_CLIENT, testing::v4(10, 0, 0, 1, 40000), Stage::peer, true);
    auto& raw = stage.world.connection(id);
    raw.socket.bytes_acked = 148;
    raw.socket.last_send_ago_ns = static_cast<std::uint64_t>(seconds_ago * 1e9);
    stage.answer(id, Verdict::infinite);
    return id;
  };
  const auto id = found_later(13);
  CHECK(findings(stage).empty());  // it also waits for something else
  stage.evidence[id].sole = true;
  auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].qualifier == "header");
  CHECK(found[0].confidence == Confidence::likely);
  CHECK(std::get<std::int64_t>(found[0].evidence.at("sent_bytes")) == 148);
  CHECK(std::get<std::int64_t>(found[0].evidence.at("received_bytes")) == 0);

  auto& raw = stage.world.connection(id);
  SECTION("not before three thresholds") {
    raw.socket.last_send_ago_ns = 11 * testing::second_ns;
    CHECK(findings(stage).empty());
  }
  SECTION("nor where a limit shows") {
    stage.answer(id, Verdict::finite);
    CHECK(findings(stage).empty());
  }
  SECTION("nor where its first bytes were seen, and are of no protocol that is known here") {
    raw.record.wire.last = 1 + SW_EGRESS;
    raw.record.wire.flow[SW_EGRESS].exchange_ns = stage.at(13);
    raw.record.wire.flow[SW_EGRESS].exchanges = 1;
    CHECK(findings(stage).empty());
  }
  SECTION("nor where something came before: it may have been sent to be answered some day") {
    raw.socket.bytes_received = 500;
    raw.socket.last_arrival_known = 1;
    raw.socket.last_arrival_ago_ns = 20 * testing::second_ns;
    const auto told = stage.ask(detector);
    CHECK(told.findings.empty());
    REQUIRE(told.waits.all().size() == 1);
    CHECK(told.waits.all()[0].verdict == WaitVerdict::unproven);
  }
}

TEST_CASE("half a body counts from the last byte that came") {
  Stage stage;
  const auto id = stage.got_head(30);
  stage.answer(id, Verdict::infinite);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].qualifier == "body");

  auto& socket = stage.world.connection(id).socket;
  SECTION("a stream in which something came a moment ago is silent") {
    socket.last_arrival_known = 1;
    socket.bytes_received = 1000;
    socket.last_arrival_ago_ns = testing::second_ns;
    CHECK(findings(stage).empty());
  }
  SECTION("a body that lies unread is no wait for the peer") {
    socket.unread_bytes = 100;
    CHECK(findings(stage).empty());
  }
  SECTION("a stream that paused as long before is silent") {
    stage.world.connection(id).record.longest_idle_ns = 20 * testing::second_ns;
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("a client's idle connection is no wait") {
  Stage stage;
  const auto id = stage.got_head(30);
  auto& response = stage.world.connection(id).record.wire.flow[SW_INGRESS];
  response.message = SW_MESSAGE_COMPLETE;
  response.http.answered = 1;
  response.done_ns = stage.at(30);
  stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).empty());
}

TEST_CASE("a command of Redis that waits by its protocol is silent, another is not") {
  Stage stage;
  const auto id = stage.world.open_as("redis_client_blocking", stage.serial, testing::v4(10, 0, 0, 1, 40000),
                                      Stage::peer, stage.at(30));
  stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).empty());
  stage.world.connection(id).record.wire.flow[SW_EGRESS].flags &= static_cast<__u16>(~SW_FLOW_BLOCKING);
  CHECK(findings(stage).size() == 1);
}

TEST_CASE("a server's waits are named by what is missing") {
  Stage stage;
  SECTION("the rest of a head, however it drips") {
    const auto id = stage.serves(SW_MESSAGE_HEAD, 6);
    auto& socket = stage.world.connection(id).socket;
    socket.last_arrival_known = 1;
    socket.bytes_received = 6;
    stage.answer(id, Verdict::infinite);
    const auto found = findings(stage);
    REQUIRE(found.size() == 1);
    CHECK(found[0].qualifier == "server-header");
    CHECK(found[0].local == "10.0.0.1:80");
    CHECK(found[0].remote.empty());
    // A byte that just came and is not yet read; one that the program has long left where it is.
    socket.unread_bytes = 1;
    CHECK(findings(stage).size() == 1);
    socket.last_arrival_ago_ns = 2 * testing::second_ns;
    CHECK(findings(stage).empty());
  }
  SECTION("the rest of a body") {
    const auto id = stage.serves(SW_MESSAGE_BODY, 6);
    stage.answer(id, Verdict::infinite);
    const auto found = findings(stage);
    REQUIRE(found.size() == 1);
    CHECK(found[0].qualifier == "server-body");
    // A large upload that moves is no slow one.
    auto& socket = stage.world.connection(id).socket;
    socket.bytes_received = 100'000'000;
    socket.last_arrival_known = 1;
    CHECK(findings(stage).empty());
  }
  SECTION("the next request") {
    const auto id = stage.rests(6);
    stage.answer(id, Verdict::infinite);
    const auto found = findings(stage);
    REQUIRE(found.size() == 1);
    CHECK(found[0].qualifier == "server-idle");
    // It just came.
    auto& socket = stage.world.connection(id).socket;
    socket.last_arrival_known = 1;
    socket.bytes_received = 100;
    socket.unread_bytes = 1;
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("a server with any timer pending is silent for an hour: its limit may be one that is due later") {
  Stage stage;
  const auto resting = stage.rests(400);
  const auto head = stage.serves(SW_MESSAGE_HEAD, 400);
  const auto body = stage.serves(SW_MESSAGE_BODY, 400);
  for (const auto shown : {1s, 75s, 500s}) {
    for (const auto id : {resting, head, body}) stage.answer(id, Verdict::timer_pending, shown);
    CHECK(findings(stage).empty());
  }
  for (const auto id : {resting, head, body}) stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).size() == 3);
  Stage later;
  later.world.now_ns = 5000 * testing::second_ns;
  later.answer(later.rests(3700), Verdict::timer_pending, 1s);
  CHECK(findings(later).size() == 1);
}

TEST_CASE("idle clients of HTTP/2 are as they should be") {
  Stage stage;
  const auto id = stage.rests(600);
  testing::speak(stage.world.connection(id).record, SW_PROTOCOL_HTTP_2);
  stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).empty());
}

TEST_CASE("a database's session that waits for its next command is as it should be") {
  for (const auto protocol : {SW_PROTOCOL_POSTGRESQL, SW_PROTOCOL_MYSQL, SW_PROTOCOL_REDIS}) {
    Stage stage;
    const auto id = stage.rests(600);
    testing::speak(stage.world.connection(id).record, protocol);
    stage.answer(id, Verdict::infinite);
    CHECK(findings(stage).empty());
  }
}

TEST_CASE("what a connection of an unknown protocol waits for is not guessed") {
  Stage stage;
  const auto id = stage.world.client(stage.serial, Stage::peer);
  stage.world.connection(id).socket.bytes_acked = 20;
  stage.world.connection(id).record.last_send_ns = stage.at(60);
  stage.answer(id, Verdict::infinite);
  CHECK(findings(stage).empty());
}

}  // namespace sockwarden
