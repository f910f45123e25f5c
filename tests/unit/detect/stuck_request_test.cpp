#include <catch2/catch.hpp>

#include "tests/unit/detect/stage.h"

namespace sockwarden {
namespace {

using namespace std::chrono_literals;
using testing::Stage;

const std::string local = "10.0.0.1:80";

const Detector detector{stuck_request_suspects, judge_stuck_request};

std::vector<Finding> findings(Stage& stage) { return stage.ask(detector).findings; }

}  // namespace

TEST_CASE("requests whose server stands still are one finding") {
  Stage stage;
  for (int i = 0; i < 2; ++i) stage.answer(stage.serves(SW_MESSAGE_COMPLETE, 5), Verdict::infinite);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].class_name == "stuck-request");
  CHECK(found[0].count == 2);
  CHECK(found[0].confidence == Confidence::proven);
  CHECK(found[0].local == local);
}

TEST_CASE("a slow handler, a fresh request and an answered one are silent") {
  Stage slow;
  slow.answer(slow.serves(SW_MESSAGE_COMPLETE, 8), Verdict::timer_pending);
  CHECK(findings(slow).empty());
  Stage fresh;
  fresh.answer(fresh.serves(SW_MESSAGE_COMPLETE, 2), Verdict::infinite);
  CHECK(findings(fresh).empty());
  Stage answered;
  answered.answer(answered.rests(60), Verdict::infinite);
  CHECK(findings(answered).empty());
}

TEST_CASE("a request that is not proven stuck is likely so once it lasts longer than any limit that people set") {
  Stage stage;
  stage.earlier("handler", local, WaitEnd::answered, 5ms, 5);
  const auto id = stage.serves(SW_MESSAGE_COMPLETE, 61);
  stage.answer(id, Verdict::timer_pending, 1s);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].confidence == Confidence::likely);

  SECTION("not while a thread computes: it may work on it") {
    stage.evidence[id].working = true;
    CHECK(findings(stage).empty());
  }
  SECTION("not before an hour where somebody may yet come to it") {
    stage.evidence[id].hidden_limit = true;
    CHECK(findings(stage).empty());
    Stage later;
    later.world.now_ns = 5000 * testing::second_ns;
    later.earlier("handler", local, WaitEnd::answered, 5ms, 5);
    const auto old = later.serves(SW_MESSAGE_COMPLETE, 3700);
    later.answer(old, Verdict::timer_pending);
    later.evidence[old].hidden_limit = true;
    CHECK(findings(later).size() == 1);
  }
  SECTION("nor where answers may take that long") {
    stage.earlier("handler", local, WaitEnd::answered, 10min, 5);
    CHECK(findings(stage).empty());
  }
  SECTION("nor before: it is told as an unproven wait") {
    Stage early;
    early.earlier("handler", local, WaitEnd::answered, 5ms, 5);
    early.answer(early.serves(SW_MESSAGE_COMPLETE, 58), Verdict::timer_pending);
    const auto result = early.ask(detector);
    CHECK(result.findings.empty());
    REQUIRE(result.waits.all().size() == 1);
    CHECK(result.waits.all()[0].phase == "handler");
    CHECK(result.waits.all()[0].verdict == WaitVerdict::unproven);
  }
  SECTION("nor of a server that never answered") {
    Stage silent;
    silent.answer(silent.serves(SW_MESSAGE_COMPLETE, 61), Verdict::timer_pending);
    CHECK(findings(silent).empty());
  }
}

TEST_CASE("an event loop is proven stuck only where it has answered before") {
  Stage stage;
  const auto id = stage.serves(SW_MESSAGE_COMPLETE, 10);
  stage.answer(id, Verdict::infinite);
  stage.evidence[id].in_loop = true;
  CHECK(findings(stage).empty());
  stage.earlier("handler", local, WaitEnd::answered, 5ms, 1);
  CHECK(findings(stage).size() == 1);
}

TEST_CASE("a request whose process waits for a peer of its own is not the one that is stuck") {
  Stage stage;
  stage.answer(stage.serves(SW_MESSAGE_COMPLETE, 6), Verdict::infinite);
  stage.asked(5);
  CHECK(findings(stage).empty());
}

TEST_CASE("a peer counts whatever it speaks, and however long it may take by its protocol") {
  Stage stage;
  stage.answer(stage.serves(SW_MESSAGE_COMPLETE, 6), Verdict::infinite);
  const auto id = stage.world.client(stage.serial, Stage::peer);
  sw_record& record = stage.world.connection(id).record;
  sw_flow& asked = record.wire.flow[SW_EGRESS];
  record.wire.last = 1 + SW_EGRESS;
  asked.exchanges = 1;
  asked.exchange_ns = stage.at(5);
  SECTION("a queue") {
    testing::speak(record, SW_PROTOCOL_REDIS);
    asked.flags = SW_FLOW_BLOCKING;
  }
  SECTION("what is not parsed") { testing::speak(record, SW_PROTOCOL_OTHER); }
  const auto result = stage.ask(detector);
  CHECK(result.findings.empty());
  REQUIRE(result.waits.all().size() == 1);
  CHECK(result.waits.all()[0].verdict == WaitVerdict::unproven);
}

TEST_CASE("a client's wait from before the request does not excuse it") {
  Stage stage;
  stage.answer(stage.serves(SW_MESSAGE_COMPLETE, 6), Verdict::infinite);
  stage.asked(30);
  CHECK(findings(stage).size() == 1);
}

}  // namespace sockwarden
