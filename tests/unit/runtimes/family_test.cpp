// What programs are written in, by what they have mapped.
#include "agent/runtimes/family.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include "agent/proc/target_file.h"
#include "agent/runtimes/jar_file.h"
#include "agent/runtimes/runtimes.h"
#include "tests/unit/proc/child_process.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

/// Whether the program comes to be of this language: until its exec, it is still the test.
bool comes_to_be(const std::vector<std::string>& command, const std::string& language) {
  if (::access(command.front().c_str(), X_OK) != 0) {
    std::printf("SKIPPED: %s is not installed\n", command.front().c_str());
    return true;
  }
  const ChildProcess program(command);
  Runtimes runtimes;
  return eventually([&] { return runtimes.family(ProcessView(program.pid())).language == language; });
}

/// An archive's directory and end, as far as they are read.
std::string archive_with(const std::string& entry) {
  const std::string path = "/tmp/family-test-" + std::to_string(::getpid()) + ".jar";
  const auto number = [](std::uint32_t value) { return std::string(reinterpret_cast<const char*>(&value), 4); };
  const std::string before = "PK\3\4 contents", directory = "PK\1\2 " + entry;
  std::ofstream(path, std::ios::binary) << before << directory << std::string("PK\5\6") << std::string(8, '\0')
                                        << number(directory.size()) << number(before.size()) << std::string(2, '\0');
  return path;
}

}  // namespace

TEST_CASE("a program in which no runtime shows is native, and its libraries are known") {
  CHECK(family_of({}).language == "native");
  const auto family = family_of({"curl_easy_perform", "PQconnectPoll"});
  CHECK(family.language == "native");
  CHECK(family.libraries == std::set<std::string>{"libcurl", "libpq"});
}

TEST_CASE("an interpreter in whose words nothing is written is unknown, not native") {
  CHECK(family_of({"perl_parse", "PQconnectPoll"}).language.empty());
}

TEST_CASE("a runtime that embeds another is the first") {
  CHECK(family_of({"Py_Main", "php_module_startup"}).language == "php");
  CHECK(family_of({"lua_newstate", "napi_module_register"}).language == "node");
}

TEST_CASE("real programs are of their language") {
  CHECK(comes_to_be({"/usr/bin/python3", "-c", "import time; time.sleep(600)"}, "python"));
  CHECK(comes_to_be({"/usr/bin/node", "-e", "setTimeout(() => {}, 600000)"}, "node"));
  CHECK(comes_to_be({"/usr/bin/php", "-r", "sleep(600);"}, "php"));
  CHECK(comes_to_be({"/usr/bin/ruby", "-e", "sleep 600"}, "ruby"));
  CHECK(comes_to_be({"/usr/bin/perl", "-e", "sleep 600"}, ""));
  CHECK(comes_to_be({"/bin/sleep", "600"}, "native"));
}

TEST_CASE("of a process that is gone nothing is said") {
  Runtimes runtimes;
  CHECK(runtimes.family(ProcessView(1U << 30)).language.empty());
}

TEST_CASE("an archive is asked for an entry by its directory") {
  const std::string path = archive_with("org/postgresql/Driver.class");
  CHECK(jar_holds(open_regular({path, ""}), "org/postgresql/Driver.class"));
  CHECK_FALSE(jar_holds(open_regular({path, ""}), "com/mysql/cj/jdbc/Driver.class"));
  std::ofstream(path, std::ios::trunc) << "org/postgresql/Driver.class";
  CHECK_FALSE(jar_holds(open_regular({path, ""}), "org/postgresql/Driver.class"));
  ::unlink(path.c_str());
  CHECK_FALSE(jar_holds(open_regular({path, ""}), "org/postgresql/Driver.class"));
  CHECK_FALSE(jar_holds(open_regular({"/dev/null", ""}), "x"));
}
