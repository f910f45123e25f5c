#include "agent/symbols/symbolizer.h"

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

using sockwarden::Symbolizer;

namespace {

/// Has a name and a line of its own.
[[gnu::noinline]] int a_named_function(int value) { return value * 3; }

/// Waits for ever, three calls deep.
[[gnu::noinline]] int waits_here(int descriptor) {
  char byte = 0;
  return read(descriptor, &byte, 1) == 1 ? 1 : 2;
}
[[gnu::noinline]] int calls_it(int descriptor) { return waits_here(descriptor) + 1; }

/// A child that waits so, and what it stands with, as a debugger would see it.
struct Waiting {
  std::array<int, 2> ends{};
  pid_t child = -1;
  sockwarden::Registers registers{};

  Waiting() {
    REQUIRE(pipe(ends.data()) == 0);
    child = fork();
    if (child == 0) _exit(calls_it(ends[0]));
    REQUIRE(ptrace(PTRACE_SEIZE, child, nullptr, nullptr) == 0);
    user_regs_struct all{};
    // Until it stands in read(): a stop at any other place lets it go on.
    do {
      REQUIRE(ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr) == 0);
      REQUIRE(waitpid(child, nullptr, __WALL) == child);
      REQUIRE(ptrace(PTRACE_GETREGS, child, nullptr, &all) == 0);
      REQUIRE(ptrace(PTRACE_CONT, child, nullptr, nullptr) == 0);
    } while (all.orig_rax != 0 || all.rdi != static_cast<unsigned long long>(ends[0]));
    registers = {all.rax, all.rdx, all.rcx, all.rbx, all.rsi, all.rdi, all.rbp, all.rsp, all.r8,
                 all.r9,  all.r10, all.r11, all.r12, all.r13, all.r14, all.r15, all.rip};
  }
  ~Waiting() {
    kill(child, SIGKILL);
    waitpid(child, nullptr, __WALL);
    close(ends[0]);
    close(ends[1]);
  }
};

std::size_t place_of(const std::vector<std::string>& frames, const std::string& name) {
  const auto found = std::find_if(frames.begin(), frames.end(),
                                  [&](const std::string& frame) { return frame.find(name) != std::string::npos; });
  return static_cast<std::size_t>(found - frames.begin());
}

}  // namespace

TEST_CASE("the stack of a thread that waits leads from the call to main, with lines") {
  const Waiting waiting;
  Symbolizer symbolizer;
  const auto frames = symbolizer.unwind(static_cast<std::uint32_t>(waiting.child), 0, waiting.registers);
  CAPTURE(frames);
  const auto waits = place_of(frames, "waits_here"), calls = place_of(frames, "calls_it"),
             top = place_of(frames, "main");
  REQUIRE(waits < calls);
  REQUIRE(calls < top);
  REQUIRE(top < frames.size());
  CHECK(frames[waits].find("symbolizer_test.cpp:") != std::string::npos);
}

TEST_CASE("a stack that leads nowhere is not told") {
  const Waiting waiting;
  Symbolizer symbolizer;
  auto registers = waiting.registers;
  registers[7] = 16;  // its stack pointer
  CHECK(symbolizer.unwind(static_cast<std::uint32_t>(waiting.child), 0, registers).empty());
  registers = waiting.registers;
  registers[16] = 0x10;
  CHECK(symbolizer.unwind(static_cast<std::uint32_t>(waiting.child), 0, registers).empty());
}

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
