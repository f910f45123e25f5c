#include "agent/cli/waits_table.h"

#include <catch2/catch.hpp>

#include "agent/cli/findings_text.h"

namespace sockwarden {
namespace {

Json waits() {
  return Json::parse(R"([
    {"pid":42,"comm":"orders\u001b[2J","role":"client","endpoint":"10.0.0.7:8080","phase":"header","verdict":"unproven",
     "count":3,"waited_seconds":28.4,"limit_seconds":null,"proof":"thread 42 is blocked in poll on fd 5"},
    {"pid":43,"comm":"billing","role":"client","endpoint":"10.0.0.8:80","phase":"dial","verdict":"limited",
     "count":1,"waited_seconds":5,"limit_seconds":90,"proof":"thread 43 is blocked in poll on fd 6"}])");
}

}  // namespace

TEST_CASE("a wait is a line with what is known of its limit") {
  const std::string table = waits_table(waits(), 200);
  for (const char* part : {"PID", "VERDICT", "10.0.0.7:8080", "unproven", "limited", "billing", "thread 42 is blocked"})
    CHECK(table.find(part) != std::string::npos);
  CHECK(table.find('\x1b') == std::string::npos);
}

TEST_CASE("a report tells of unproven waits alone, and that they are not proven") {
  const std::string text = waits_text(waits(), 200);
  CHECK(text.find("waiting 28") != std::string::npos);
  CHECK(text.find("the longest of 3") != std::string::npos);
  CHECK(text.find("no limit seen, not proven") != std::string::npos);
  CHECK(text.find("billing") == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

}  // namespace sockwarden
