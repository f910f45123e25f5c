// Real programs, told apart by what they have mapped.
#include "agent/runtimes/runtimes.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

#include "agent/runtimes/jvm.h"
#include "agent/runtimes/python.h"
#include "tests/unit/proc/child_process.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

bool installed(const char* program) {
  if (::access(program, X_OK) == 0) return true;
  std::printf("SKIPPED: %s is not installed\n", program);
  return false;
}

/// Whether the program comes to be recognised as this: until its exec, it is still the test.
bool comes_to_be(const std::vector<std::string>& command, RuntimeKind kind) {
  const ChildProcess program(command);
  Runtimes runtimes;
  return eventually([&] {
    ProcessView process(program.pid());
    return runtimes.recognise(process)->kind() == kind;
  });
}

}  // namespace

TEST_CASE("an interpreter that links its library, or is it, is Python") {
  constexpr auto python = "/usr/bin/python3";
  if (!installed(python)) return;
  CHECK(comes_to_be({python, "-c", "import time; time.sleep(600)"}, RuntimeKind::python));
}

TEST_CASE("a program with Node's platform is V8") {
  constexpr auto node = "/usr/bin/node";
  if (!installed(node)) return;
  CHECK(comes_to_be({node, "-e", "setTimeout(() => {}, 600000)"}, RuntimeKind::v8));
}

TEST_CASE("a program that has loaded the virtual machine is Java") {
  constexpr auto java = "/usr/bin/java";
  if (!installed(java)) return;
  const std::string source = "/tmp/runtimes-test-" + std::to_string(::getpid()) + ".java";
  std::ofstream(source)
      << "class Wait { public static void main(String[] a) throws Exception { Thread.sleep(600000); } }";
  CHECK(comes_to_be({java, source}, RuntimeKind::jvm));
  ::unlink(source.c_str());
}

TEST_CASE("what is none of these, and what is gone, is what its threads show") {
  const ChildProcess program({"/bin/sleep", "600"});
  Runtimes runtimes;
  ProcessView process(program.pid());
  const auto native = runtimes.recognise(process);
  REQUIRE(native->kind() == RuntimeKind::native);
  REQUIRE_FALSE(process.threads().empty());
  const auto& thread = process.threads().front();
  CHECK(native->waiting_task(thread) == &thread.wait);
  CHECK_FALSE(native->pending_timers(thread));
  CHECK_FALSE(native->deadline({}));
  CHECK_FALSE(native->is_own_thread(thread));
  ProcessView gone(1u << 30);
  CHECK(runtimes.recognise(gone)->kind() == RuntimeKind::native);
}

TEST_CASE("of Python and Java nothing is guessed") {
  ProcessView self(static_cast<std::uint32_t>(::getpid()));
  REQUIRE_FALSE(self.threads().empty());
  const auto& thread = self.threads().front();
  ObjectFiles objects(PythonRuntime::symbols());
  for (const auto& runtime : std::initializer_list<std::shared_ptr<Runtime>>{
           std::make_shared<PythonRuntime>(self, objects), std::make_shared<JvmRuntime>()}) {
    CHECK(runtime->waiting_task(thread) == &thread.wait);
    CHECK_FALSE(runtime->pending_timers(thread));
    CHECK_FALSE(runtime->deadline({}));
    CHECK_FALSE(runtime->is_own_thread(thread));
    CHECK(runtime->frames(thread).empty());
  }
}
