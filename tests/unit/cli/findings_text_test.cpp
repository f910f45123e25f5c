#include "agent/cli/findings_text.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/detect/pages.h"

namespace sockwarden {
namespace {

Json finding() {
  return Json::parse(R"({"class":"missing-timeout","phase":"header","confidence":"proven","severity":"warning",
    "state":"active","process":{"pid":42,"comm":"orders\u001b[2J"},"endpoint":{"role":"client","protocol":"http/1.1",
    "remote":"10.0.0.7:8080","local":""},"first_seen":"2026-11-22T04:10:11.123Z","resolved_at":null,
    "evidence":{"proof":"thread 4312 is blocked in recvfrom on fd 7, SO_RCVTIMEO unset"},"origin":[],
    "summary":"3 connections to 10.0.0.7:8080 wait for the answer to begin with no timeout (31 s so far).",
    "advice":"Give the request a limit."})");
}

}  // namespace

TEST_CASE("stacks that look alike in the frames shown are shown once") {
  Json two = finding();
  two["origin"] = Json::parse(R"([{"frames":["a f.py:1","b f.py:2","c f.py:3","d f.py:4","e f.py:5"]},
    {"frames":["a f.py:1","b f.py:2","c f.py:3","d f.py:4","other f.py:9"]},{"frames":["g f.py:7"]}])");
  const std::string text = findings_text(Json::array({two}), 80);
  const auto first = text.find("Where  a f.py:1"), second = text.find("Where  g f.py:7");
  CHECK(first < second);
  CHECK(second != std::string::npos);
  CHECK(text.find("Where  a f.py:1", first + 1) == std::string::npos);
}

TEST_CASE("a finding says what, who, since when, the proof and the fix within 80 columns") {
  const std::string text = findings_text(Json::array({finding()}), 80);
  for (const char* part :
       {"missing-timeout (header): proven, warning", "What   3 connections", "Who    orders", "pid 42",
        "Since  2026-11-22 04:10:11 UTC", "Proof  thread 4312", "Fix    Give", "1 finding, 1 proven."})
    CHECK(text.find(part) != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("a muted finding says so, why and until when") {
  Json muted = finding();
  muted["muted"] = {{"reason", "OPS-1, known"}, {"until", "2027-03-01T00:00:00.000Z"}};
  const std::string text = findings_text(Json::array({muted, finding()}), 80);
  CHECK(text.find("proven, warning, muted\n") != std::string::npos);
  CHECK(text.find("Muted  OPS-1, known, until 2027-03-01 00:00:00 UTC\n") != std::string::npos);
  CHECK(text.find("2 findings, 2 proven, 1 muted.") != std::string::npos);
}

TEST_CASE("a program is told with the name that people call it by") {
  Json named = finding();
  named["process"] = {{"pid", 42U}, {"comm", "python3"}, {"service", "orders"}};
  CHECK(findings_text(Json::array({named}), 80).find("Who    orders (python3), pid 42") != std::string::npos);
}

TEST_CASE("health is one line") { CHECK(findings_text(Json::array(), 80) == "No findings.\n"); }

TEST_CASE("every class with a page explains meaning, cost, proof, exceptions and the fix in five languages") {
  REQUIRE_FALSE(pages().empty());
  for (const Page& page : pages()) {
    INFO(page.class_name);
    CHECK(page.text.starts_with("# " + std::string(page.class_name) + ": "));
    for (const char* part : {"## What it means", "## What it costs in production", "## How it is proven",
                             "## What is not flagged", "## The fix", "```go", "```python", "```java", "```cpp"})
      CHECK(page.text.find(part) != std::string::npos);
  }
}

}  // namespace sockwarden
