#include "agent/reader/child_reader.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

/// A child that speaks as the script says, on its socket.
ReaderSettings speaking(const std::string& script) {
  return {.command = {"/bin/sh", "-c", script}, .deadline = 10s, .idle_for_long = 60s};
}

const std::string greeting = R"(printf '\016\000\000\000{"failure":""}' >&3; )";
const std::string one_frame = R"(printf '\035\000\000\000{"frames":["f"],"failure":""}' >&3; )";

StackQuestion about(std::uint32_t pid) { return {.pid = pid, .start_ticks = 0, .stack = 1, .addresses = {4096}}; }

StackNames answer_of(ChildReader& reader, std::uint32_t pid) {
  REQUIRE(reader.ask(about(pid)));
  reader.wait(60s);
  const auto names = reader.take_names();
  REQUIRE(names.size() == 1);
  CHECK(names.front().pid == pid);
  return names.front();
}

const auto self = static_cast<std::uint32_t>(getpid());

}  // namespace

TEST_CASE("an answer is handed on, once") {
  ChildReader reader(speaking(greeting + one_frame + "sleep 60"));
  CHECK(answer_of(reader, self).frames == std::vector<std::string>{"f"});
  CHECK(reader.take_names().empty());
  CHECK(reader.health().answered == 1);
  CHECK(reader.health().started == 1);
}

TEST_CASE("a reader that dies, hangs, or says what makes no sense is a failure with its reason") {
  const std::string late = "the reader did not answer in time";
  const struct {
    std::string script, reason;
  } cases[] = {{greeting + "kill -SEGV $$", "the reader was ended by signal 11"},
               {greeting + "exit 3", "the reader ended with status 3"},
               {greeting + "sleep 60", late},
               {greeting + R"(printf '\001\000\000\000' >&3; sleep 60)", late},
               {greeting + R"(printf '\377\377\377\377' >&3; sleep 60)", "the reader's answer is too long"},
               {greeting + R"(printf '\002\000\000\000{}' >&3; sleep 60)", "the reader's answer makes no sense"},
               {"sleep 60", late},
               {"exit 1", "the reader ended with status 1"},
               {R"(printf '\022\000\000\000{"failure":"none"}' >&3; sleep 60)", "none"}};
  for (const auto& [script, reason] : cases) {
    ReaderSettings settings = speaking(script);
    if (reason == late) settings.deadline = 1s;
    ChildReader reader(settings);
    CHECK(answer_of(reader, self).failure == "could not be read: " + reason);
    CHECK(reader.health().failed == 1);
    CHECK(reader.health().answered == 0);
  }
}

TEST_CASE("each question about a wait is answered, also where nothing could be read") {
  ChildReader reader(speaking(greeting + "exit 3"));
  WaitQuestions questions;
  for (const std::uint64_t connection : {5, 6}) {
    Question& question = questions.all.emplace_back();
    question.connection = connection;
    question.pid = self;
  }
  REQUIRE(reader.ask(std::move(questions)));
  REQUIRE(reader.ask(FamilyQuestion{.process = 9, .pid = 1, .start_ticks = 0}));
  reader.wait(60s);
  const auto evidence = reader.take_evidence();
  REQUIRE(evidence.size() == 2);
  CHECK(evidence[1].connection == 6);
  CHECK(evidence[1].verdict == Verdict::unknown);
  CHECK(evidence[1].sentence ==
        "process " + std::to_string(self) + " could not be read: the reader ended with status 3");
  const auto families = reader.take_families();
  REQUIRE(families.size() == 1);
  CHECK(families[0].process == 9);
  CHECK(families[0].family.language.empty());
}

TEST_CASE("a process that the reader failed at is not read again, and another one is") {
  // The second child answers.
  const std::string file = "/tmp/sockwarden-reader-" + std::to_string(getpid());
  ChildReader reader(
      speaking(greeting + "if mkdir " + file + "; then exit 3; fi; rmdir " + file + "; " + one_frame + "sleep 60"));
  CHECK(answer_of(reader, self).failure == "could not be read: the reader ended with status 3");
  CHECK(answer_of(reader, self).failure == "could not be read: the reader ended with status 3");
  CHECK(reader.health().refused == 1);
  CHECK(answer_of(reader, 1).frames == std::vector<std::string>{"f"});
  CHECK(reader.health().started == 2);
}

TEST_CASE("a program that does not exist is told, and not tried for each question") {
  ChildReader reader({.command = {"/nonexistent"}, .deadline = 300ms, .idle_for_long = 60s});
  CHECK(answer_of(reader, self).failure.find("the reader cannot be started") != std::string::npos);
  CHECK(answer_of(reader, 1).failure.find("the reader cannot be started") != std::string::npos);
  CHECK(reader.health().started == 1);
}

TEST_CASE("a reader with nothing to do ends, and comes back for the next question") {
  while (waitpid(-1, nullptr, 0) > 0) continue;  // those of other tests, which were told to end
  ReaderSettings settings = speaking(greeting + one_frame + "sleep 60");
  settings.idle_for_long = 1ms;
  ChildReader reader(settings);
  CHECK(answer_of(reader, self).frames.size() == 1);
  siginfo_t end{};
  waitid(P_ALL, 0, &end, WEXITED | WNOWAIT);  // returns once it has ended, or nothing is left of it
  CHECK(answer_of(reader, self).frames.size() == 1);
  CHECK(reader.health().started == 2);
  CHECK(reader.health().failed == 0);
}

TEST_CASE("whoever stops does not wait for an answer") {
  const auto begin = std::chrono::steady_clock::now();
  {
    ReaderSettings settings = speaking(greeting + "sleep 60");
    settings.deadline = 60s;
    ChildReader reader(settings);
    REQUIRE(reader.ask(about(self)));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("questions beyond a bound are not taken") {
  ReaderSettings settings = speaking(greeting + "sleep 60");
  settings.deadline = 60s;
  ChildReader reader(settings);
  int taken = 0;
  while (taken < 10'000 && reader.ask(about(self))) ++taken;
  CHECK(taken >= 1024);
  CHECK(taken <= 1025);
}
