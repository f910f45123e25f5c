#include "agent/cli/top.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "agent/cli/display.h"

using namespace sockwarden;

namespace {

const Json status = Json::parse(R"({"version": "1.2.3",
  "scan": {"connections": 451, "processes": 56, "last_good_age_seconds": 0.3}})");

Json process(const std::string& comm, unsigned pid) { return {{"service", comm}, {"comm", "python3"}, {"pid", pid}}; }

Json service(const std::string& comm, unsigned outgoing) {
  return {{"process", {{"service", comm}, {"comm", "python3"}}},
          {"processes", 1},
          {"outgoing", outgoing},
          {"incoming", 0},
          {"descriptors", 9},
          {"descriptors_used_ratio", 0.25}};
}

Json finding(const std::string& comm, const std::string& severity) {
  return {{"id", "f-1"},
          {"class", "missing-timeout"},
          {"phase", "header"},
          {"severity", severity},
          {"state", "active"},
          {"confidence", "proven"},
          {"count", 5},
          {"process", process(comm, 4)},
          {"endpoint", {{"role", "client"}, {"remote", "10.0.0.1:80"}}},
          {"summary", "5 wait"}};
}

Json pool(const std::string& comm, const std::string& remote, unsigned open) {
  return {{"process", process(comm, 4)}, {"remote", remote}, {"name", remote}, {"open", open}, {"in_use", 1}};
}

const Json services{{"services", {service("idle", 1), service("busy", 30), service("sick", 2)}}};
const Json findings{{"findings", {finding("sick", "critical")}}};
const Json pools{{"pools", {pool("sick", "10.0.0.1:80", 2), pool("busy", "10.0.0.2:5432", 30)}}};

Top at_services() {
  Top top("http://127.0.0.1:1");
  top.answered(top.place(), std::vector<Json>{status, services, findings});
  return top;
}

std::string text_of_lines(const std::vector<TopLine>& lines) {
  std::string text;
  for (const TopLine& line : lines) text += line.text + "\n";
  return text;
}

std::string first_word(const TopLine& line) { return line.text.substr(0, line.text.find(' ')); }

void type(Top& top, const std::string& text) {
  for (const char letter : text) (void)top.key(TopKey::character, letter);
}

}  // namespace

TEST_CASE("top: what is sick stands first, then what has most connections") {
  Top top = at_services();
  const auto lines = top.draw({.rows = 24, .columns = 80});
  REQUIRE(lines.size() == 24);
  CHECK(first_word(lines[3]) == "sick");
  CHECK(first_word(lines[4]) == "busy");
  CHECK(first_word(lines[5]) == "idle");
  CHECK(lines[0].text == "sockwarden at 127.0.0.1:1: 451 connections, 56 processes");
}

TEST_CASE("top: no line is wider than the screen, however small") {
  Top top = at_services();
  for (const std::size_t columns : {20U, 40U, 80U, 200U}) {
    for (const TopLine& line : top.draw({.rows = 10, .columns = columns})) CHECK(columns_of(line.text) <= columns);
  }
  CHECK(top.draw({.rows = 2, .columns = 1}).size() == 2);
}

TEST_CASE("top: sorting goes through the columns and turns round") {
  Top top = at_services();
  type(top, "ssss");  // SERVICE, FINDINGS, PROCS, OUT
  auto lines = top.draw({});
  CHECK(lines[2].text.find("OUTv") != std::string::npos);
  CHECK(first_word(lines[3]) == "busy");
  type(top, "r");
  CHECK(first_word(top.draw({})[3]) == "idle");
}

TEST_CASE("top: a filter keeps the rows that contain it; Escape takes it back") {
  Top top = at_services();
  type(top, "/BUS");
  (void)top.key(TopKey::enter, 0);
  auto lines = top.draw({});
  CHECK(first_word(lines[3]) == "busy");
  CHECK(lines[4].text.empty());
  type(top, "/x");
  CHECK(text_of_lines(top.draw({})).find("None with that text.") != std::string::npos);
  (void)top.key(TopKey::back, 0);
  CHECK(first_word(top.draw({})[5]) == "idle");
}

TEST_CASE("top: a service opens to its pools, Escape comes back to the same row") {
  Top top = at_services();
  (void)top.draw({});
  (void)top.key(TopKey::down, 0);
  CHECK(top.key(TopKey::enter, 0) == TopWish::refresh);
  CHECK(top.place().view == TopView::pools);
  CHECK(top.place().service == "busy");
  CHECK(top.questions()[1] == "/api/v1/pools?limit=1000&service=busy");
  (void)top.key(TopKey::back, 0);
  top.answered(top.place(), std::vector<Json>{status, services, findings});
  CHECK(top.draw({})[4].style == TopStyle::selected);
}

TEST_CASE("top: the tree has each service's pools below it, and a filter finds them there") {
  Top top = at_services();
  CHECK(top.key(TopKey::character, 't') == TopWish::refresh);
  top.answered(top.place(), std::vector<Json>{status, services, findings, pools});
  CHECK(top.draw({})[4].text.starts_with("  to 10.0.0.1:80, pid 4"));
  type(top, "/5432");
  const auto lines = top.draw({});
  CHECK(first_word(lines[3]) == "busy");
  CHECK(lines[4].text.starts_with("  to 10.0.0.2:5432"));
}

TEST_CASE("top: an answer to a page that was left changes nothing") {
  Top top = at_services();
  const TopPlace left = top.place();
  type(top, "2");
  top.answered(left, std::vector<Json>{status, services, findings});
  CHECK(text_of_lines(top.draw({})).find("busy") == std::string::npos);
}

TEST_CASE("top: a finding opens to its text, e to its class") {
  Top top("http://127.0.0.1:1");
  type(top, "2");
  top.answered(top.place(), std::vector<Json>{status, findings});
  (void)top.draw({});
  type(top, "e");
  CHECK(text_of_lines(top.draw({})).find("WHAT IT MEANS") != std::string::npos);
  (void)top.key(TopKey::back, 0);
  (void)top.key(TopKey::enter, 0);
  top.answered(top.place(), std::vector<Json>{status, findings});
  CHECK(text_of_lines(top.draw({})).find("missing-timeout (header): proven, critical") != std::string::npos);
}

TEST_CASE("top: an agent that does not answer is told, and what was shown stays") {
  Top top = at_services();
  top.answered(top.place(), tl::unexpected(Error{"ask the agent at", "http://127.0.0.1:1", ECONNREFUSED, ""}));
  const auto lines = top.draw({});
  CHECK(lines[0].text.starts_with("No answer: cannot ask the agent at"));
  CHECK(first_word(lines[3]) == "sick");
}

TEST_CASE("top: names cannot reach the terminal") {
  Top top("http://127.0.0.1:1");
  const Json hostile{{"services", {service("\x1b[31mred\n", 1)}}};
  top.answered(top.place(), std::vector<Json>{status, hostile, findings});
  CHECK(top.draw({})[3].text.starts_with("\\x1b[31mred\\x0a"));
}
