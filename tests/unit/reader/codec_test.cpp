#include "agent/reader/codec.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

const StackQuestion question{.pid = 7, .start_ticks = 1'234'567'890'123, .stack = 5, .addresses = {1, ~0UL}};

}  // namespace

TEST_CASE("a question and its answer arrive as they were") {
  const auto asked = decode_stack_question(encode(question));
  REQUIRE(asked);
  CHECK(asked->pid == question.pid);
  CHECK(asked->start_ticks == question.start_ticks);
  CHECK(asked->stack == question.stack);
  CHECK(asked->addresses == question.addresses);
  const auto names = decode_stack_names(
      encode(StackNames{.pid = 7, .stack = 5, .frames = {"main orders.c:4", "0x7"}, .failure = {}}), question);
  REQUIRE(names);
  CHECK(names->pid == 7);
  CHECK(names->stack == 5);
  CHECK(names->frames == std::vector<std::string>{"main orders.c:4", "0x7"});
}

TEST_CASE("whatever bytes a name has, the answer can be read") {
  const StackNames hostile{.pid = 7, .stack = 5, .frames = {"\xff\xfe\0 \"\\\n"}, .failure = {}};
  const auto names = decode_stack_names(encode(hostile), question);
  REQUIRE(names);
  CHECK(names->frames.size() == 1);
}

TEST_CASE("what is no answer to the question is none") {
  for (const char* text :
       {"", "{", "[]", "null", "{}", R"({"frames":{},"failure":7})", R"({"frames":[1],"failure":""})",
        R"({"frames":["a","b","c"],"failure":""})", R"({"frames":["a"]})"})
    CHECK_FALSE(decode_stack_names(text, question));
}

TEST_CASE("what is no question is none, and neither is one for more than is answered") {
  for (const char* text : {"", "7", R"({"pid":-1})", R"({"pid":"7","start_ticks":0,"stack":0,"addresses":[]})"})
    CHECK_FALSE(decode_stack_question(text));
  CHECK_FALSE(decode_stack_question(
      encode(StackQuestion{.pid = 7, .start_ticks = 0, .stack = 0, .addresses = std::vector<std::uint64_t>(300)})));
}

TEST_CASE("a text of an answer is cut where it is endless") {
  const auto names = decode_stack_names(
      encode(StackNames{.pid = 7, .stack = 5, .frames = {std::string(1 << 20, 'x')}, .failure = {}}), question);
  REQUIRE(names);
  CHECK(names->frames.front().size() == 4096);
}
