#include <catch2/catch.hpp>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

// As Go 1.19 shows them.
enum Stack : std::uint32_t { given_up = 1, found_shut = 2, by_program = 3, without_names = 4 };

struct GoStage : PoolStage {
  GoStage() {
    stacks[given_up] = {"syscall.Syscall",
                        "syscall.Close",
                        "internal/poll.(*FD).destroy",
                        "internal/poll.(*FD).Close",
                        "net.(*conn).Close",
                        "net/http.(*persistConn).closeLocked transport.go:2711",
                        "net/http.(*persistConn).close",
                        "net/http.(*persistConn).readLoop.func1",
                        "net/http.(*persistConn).readLoop transport.go:2218"};
    stacks[found_shut] = {"syscall.Close",        "internal/poll.(*FD).readUnlock",
                          "net.(*conn).Read",     "net/http.(*persistConn).Read",
                          "bufio.(*Reader).Peek", "net/http.(*persistConn).readLoop"};
    stacks[by_program] = {"net.(*conn).Close", "net/http.(*persistConn).close",
                          "net/http.(*Transport).CloseIdleConnections", "main.fetch"};
  }
  void close_at(std::uint64_t id, std::uint32_t stack) {
    record(id).closing_stack_id = stack;
    close(id);
  }
  void one_request(std::uint32_t stack) {
    const std::uint64_t id = open();
    turn(id);
    close_at(id, stack);
    wait(0.3);
  }
};

}  // namespace

TEST_CASE("small bodies that Go's transport gave up are undrained, each counted once") {
  GoStage stage;
  for (int i = 0; i < 8; ++i) stage.one_request(given_up);
  stage.scan();
  const auto findings = stage.ask(undrained_body);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 8);
  CHECK(findings[0].confidence == Confidence::likely);
}

TEST_CASE("small bodies that many workers leave are undrained as soon as it is known that nothing is kept") {
  GoStage stage;
  for (int round = 0; round < 4; ++round) {
    std::vector<std::uint64_t> used;
    for (int i = 0; i < 8; ++i) used.push_back(stage.open());
    for (const std::uint64_t id : used) stage.request(id);
    for (const std::uint64_t id : used) stage.respond(id);
    for (const std::uint64_t id : used) stage.close_at(id, given_up);
    if (round < 2) CHECK(stage.ask(undrained_body).empty());
    stage.wait(1);
  }
  CHECK(stage.ask(undrained_body).size() == 1);
}

TEST_CASE("an idle connection that is closed right after use, by whomever, was read") {
  GoStage stage;
  const std::uint32_t stack = GENERATE(found_shut, by_program, without_names);
  for (int i = 0; i < 8; ++i) stage.one_request(stack);
  stage.scan();
  CHECK(stage.ask(undrained_body).empty());
  REQUIRE(stage.ask(pool_churn).size() == 1);
  CHECK(stage.ask(pool_churn)[0].qualifier == "client-per-request");
}

TEST_CASE("what a full pool throws away from the same place was read") {
  GoStage stage;
  const std::size_t workers = GENERATE(3, 10);
  std::vector<std::uint64_t> kept;
  for (int round = 0; round < 6; ++round) {
    while (kept.size() < workers) kept.push_back(stage.open());
    for (const std::uint64_t id : kept) stage.request(id);
    for (const std::uint64_t id : kept) stage.respond(id);
    while (kept.size() > 2) {
      stage.close_at(kept.back(), given_up);
      kept.pop_back();
    }
    stage.wait(1);
  }
  CHECK(stage.ask(undrained_body).empty());
}

TEST_CASE("a connection that serves several requests and is given up after one of them was left unread") {
  GoStage stage;
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t id = stage.open();
    stage.turn(id);
    stage.wait(1);
    stage.turn(id);
    stage.close_at(id, given_up);
  }
  stage.scan();
  CHECK(stage.ask(undrained_body).size() == 1);
}
