#include "agent/symbols/symbolizer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using sockwarden::Symbolizer;

namespace {

/// Has a name and a line of its own.
[[gnu::noinline]] int a_named_function(int value) { return value * 3; }

}  // namespace

TEST_CASE("an address of a program with debug information has its function, file and line") {
  Symbolizer symbolizer;
  const auto address = reinterpret_cast<std::uint64_t>(&a_named_function);
  const auto frames = symbolizer.frames(static_cast<std::uint32_t>(getpid()), 0, {address, address + 1});
  REQUIRE(frames.size() == 2);
  for (const auto& frame : frames) {
    CAPTURE(frame);
    CHECK(frame.find("a_named_function") != std::string::npos);
    CHECK(frame.find("symbolizer_test.cpp:") != std::string::npos);
  }
  CHECK(a_named_function(2) == 6);
}

TEST_CASE("an address that nothing is mapped at shows as a number") {
  Symbolizer symbolizer;
  const auto frames = symbolizer.frames(static_cast<std::uint32_t>(getpid()), 0, {0x10});
  REQUIRE(frames.size() == 1);
  CHECK(frames.front() == "0x10");
}

TEST_CASE("a process that is gone has no frames") {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  Symbolizer symbolizer;
  CHECK(symbolizer.frames(static_cast<std::uint32_t>(child), 0, {0x1000}).empty());
}
