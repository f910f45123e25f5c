#include "agent/reader/own_command.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using Words = std::vector<std::string>;

TEST_CASE("a program that was started as usual starts itself") { CHECK(own_command() == Words{"/proc/self/exe"}); }

TEST_CASE("a program that a loader was given is given to it again") {
  using namespace std::string_literals;
  const std::string cmdline =
      "/opt/s/lib/loader\0--library-path\0/opt/s/lib\0/opt/s/bin/../lib/program\0agent\0--config\0/opt/s/lib/program\0"s;
  CHECK(command_to_start("/opt/s/lib/loader", "/opt/s/lib/program", cmdline) ==
        Words{"/proc/self/exe", "--library-path", "/opt/s/lib", "/opt/s/bin/../lib/program"});
  CHECK(command_to_start("/opt/s/lib/loader", "/elsewhere", cmdline) == Words{"/proc/self/exe"});
}
