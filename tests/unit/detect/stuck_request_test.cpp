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

TEST_CASE("a request that takes far longer than others is likely stuck, one that is worked on is not") {
  Stage stage;
  stage.earlier("handler", local, WaitEnd::answered, 5ms, 5);
  const auto id = stage.serves(SW_MESSAGE_COMPLETE, 13);
  stage.answer(id, Verdict::timer_pending);
  const auto found = findings(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].confidence == Confidence::likely);
  stage.evidence[id].working = true;
  CHECK(findings(stage).empty());
}

TEST_CASE("a request whose process waits for a peer of its own is not the one that is stuck") {
  Stage stage;
  stage.answer(stage.serves(SW_MESSAGE_COMPLETE, 6), Verdict::infinite);
  stage.asked(5);
  CHECK(findings(stage).empty());
}

TEST_CASE("a client's wait from before the request does not excuse it") {
  Stage stage;
  stage.answer(stage.serves(SW_MESSAGE_COMPLETE, 6), Verdict::infinite);
  stage.asked(30);
  CHECK(findings(stage).size() == 1);
}

}  // namespace sockwarden
