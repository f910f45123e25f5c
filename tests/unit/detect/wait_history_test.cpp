#include "agent/detect/wait_history.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

const WaitKey key{{"orders", "", "orders.service"}, "10.0.0.7:8080", "header"};

EndedWait wait(std::chrono::nanoseconds begin, std::chrono::nanoseconds duration, WaitEnd end) {
  return {Instant(begin), duration, end};
}
EndedWait given_up(std::chrono::nanoseconds begin, std::chrono::nanoseconds duration) {
  return wait(begin, duration, WaitEnd::own_close);
}

}  // namespace

TEST_CASE("two waits given up after the same time show an effective timeout") {
  WaitHistory history;
  history.add(key, given_up(0s, 25s));
  CHECK_FALSE(history.effective_timeout(key));
  history.add(key, given_up(26s, 25100ms));
  REQUIRE(history.effective_timeout(key));
  CHECK(*history.effective_timeout(key) > 24s);
  CHECK(*history.effective_timeout(key) < 26s);
  CHECK(history.will_end(key, 20s));
  CHECK(history.will_end(key, 26s));
  CHECK_FALSE(history.will_end(key, 40s));
}

TEST_CASE("times that differ by a tenth or more show none") {
  WaitHistory history;
  history.add(key, given_up(0s, 20s));
  history.add(key, given_up(30s, 23s));
  CHECK_FALSE(history.effective_timeout(key));
}

TEST_CASE("a server that closes right after each answer has shown no limit on idle connections") {
  WaitHistory history;
  history.add(key, given_up(0s, 30us));
  history.add(key, given_up(1s, 31us));
  CHECK_FALSE(history.effective_timeout(key));
}

TEST_CASE("connections opened and closed together show none") {
  WaitHistory history;
  for (int count = 0; count < 8; ++count) history.add(key, given_up(std::chrono::milliseconds(count), 25s));
  CHECK_FALSE(history.effective_timeout(key));
  history.add(key, given_up(10s, 25s));
  CHECK(history.effective_timeout(key));
}

TEST_CASE("an early cancellation does not speak against the timeout, a longer wait does") {
  WaitHistory history;
  history.add(key, given_up(0s, 25s));
  history.add(key, given_up(30s, 25s));
  history.add(key, given_up(60s, 3s));
  history.add(key, wait(70s, 10ms, WaitEnd::answered));
  CHECK(history.effective_timeout(key));
  history.add(key, wait(80s, 60s, WaitEnd::answered));
  CHECK_FALSE(history.effective_timeout(key));
}

TEST_CASE("waits that the peer ended, or an exit, show no timeout") {
  WaitHistory history;
  for (int count = 0; count < 5; ++count) history.add(key, wait(std::chrono::minutes(count), 25s, WaitEnd::other));
  CHECK_FALSE(history.effective_timeout(key));
}

TEST_CASE("programs, endpoints and phases are kept apart") {
  WaitHistory history;
  history.add(key, given_up(0s, 25s));
  history.add(key, given_up(30s, 25s));
  auto other = key;
  other.phase = "body";
  CHECK_FALSE(history.effective_timeout(other));
  other = key;
  other.endpoint = "10.0.0.8:8080";
  CHECK_FALSE(history.effective_timeout(other));
  other = key;
  other.process.comm = "billing";
  CHECK_FALSE(history.effective_timeout(other));
}

TEST_CASE("the typical wait is a bound of 99 answers in 100") {
  WaitHistory history;
  CHECK_FALSE(history.typical(key));
  for (int count = 0; count < 995; ++count) history.add(key, wait(0s, 100ms, WaitEnd::answered));
  for (int count = 0; count < 5; ++count) history.add(key, wait(0s, 20s, WaitEnd::answered));
  CHECK(history.answers(key) == 1000);
  CHECK(*history.typical(key) >= 100ms);
  CHECK(*history.typical(key) <= 120ms);
  for (int count = 0; count < 20; ++count) history.add(key, wait(0s, 20s, WaitEnd::answered));
  CHECK(*history.typical(key) >= 20s);
  CHECK(*history.typical(key) <= 24s);
}

TEST_CASE("a wait beyond all scales is still counted") {
  WaitHistory history;
  history.add(key, wait(0s, 10000h, WaitEnd::answered));
  CHECK(*history.typical(key) > 1h);
}

TEST_CASE("memory is bounded, and the longest unused is forgotten first") {
  WaitHistory history(3);
  auto many = key;
  for (int count = 0; count < 3; ++count) {
    many.endpoint = std::to_string(count);
    history.add(many, wait(0s, 1s, WaitEnd::answered));
  }
  many.endpoint = "0";
  history.add(many, wait(0s, 1s, WaitEnd::answered));
  many.endpoint = "new";
  history.add(many, wait(0s, 1s, WaitEnd::answered));
  CHECK(history.size() == 3);
  many.endpoint = "0";
  CHECK(history.answers(many) == 2);
  many.endpoint = "1";
  CHECK(history.answers(many) == 0);
}

TEST_CASE("what is asked for is in use, and not forgotten while others come") {
  WaitHistory history(3);
  history.add(key, wait(0s, 1s, WaitEnd::answered));
  auto other = key;
  for (int count = 0; count < 10; ++count) {
    CHECK(history.answers(key) == 1);
    other.endpoint = std::to_string(count);
    history.add(other, wait(0s, 1s, WaitEnd::answered));
  }
  CHECK(history.answers(key) == 1);
}

TEST_CASE("old answers fade when there are very many") {
  WaitHistory history;
  for (int count = 0; count < 9999; ++count) history.add(key, wait(0s, 10s, WaitEnd::answered));
  for (int count = 0; count < 100000; ++count) history.add(key, wait(0s, 10ms, WaitEnd::answered));
  CHECK(*history.typical(key) < 20ms);
}

TEST_CASE("of a program with endpoints without end the longest unused makes room, and nobody else's") {
  WaitHistory history;
  const auto key_at = [](const std::string& program, int host) {
    return WaitKey{{program, "", ""}, "host" + std::to_string(host) + ":80", "header"};
  };
  const auto give_up = [&](const WaitKey& key, int second) {
    history.add(key, given_up(std::chrono::seconds(second), 3s));
  };
  for (const char* program : {"modest", "crowd"}) {
    give_up(key_at(program, 0), 0);
    give_up(key_at(program, 0), 10);
  }
  for (int host = 1; host < 5'000; ++host) {
    give_up(key_at("crowd", host), 100 + 10 * host);
    if (host % 100 == 0) CHECK(history.effective_timeout(key_at("crowd", 0)) == 3s);  // it is in use
  }
  CHECK(history.size() == WaitHistory::most_of_program + 1);
  CHECK(history.forgotten() == 5'000 - WaitHistory::most_of_program);
  CHECK(history.effective_timeout(key_at("modest", 0)) == 3s);
  for (int host = 1; host < 5'000; ++host)
    CHECK_FALSE(history.effective_timeout(key_at("crowd", host)));  // each gave up once: none is judged by the others
}

TEST_CASE("what is forgotten is told from what was never known") {
  WaitHistory history(4);
  auto crowd = key;
  crowd.process.comm = "crowd";
  const auto meet = [&](int host) {
    crowd.endpoint = std::to_string(host);
    history.add(crowd, wait(0s, 1s, WaitEnd::answered));
  };
  for (int host = 0; host < 4; ++host) meet(host);
  crowd.endpoint = "never met";
  CHECK_FALSE(history.may_have_forgotten(crowd));
  meet(4);
  crowd.endpoint = "0";
  CHECK(history.may_have_forgotten(crowd));
  crowd.endpoint = "4";
  CHECK_FALSE(history.may_have_forgotten(crowd));  // it has one
  CHECK_FALSE(history.may_have_forgotten(key));    // another program
}
