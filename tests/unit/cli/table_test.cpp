#include "agent/cli/table.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/cli/display.h"

using namespace sockwarden;

namespace {

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) width = std::max(width, columns_of(line));
  return width;
}

Table three() {
  Table table({{"NAME", false, 5, 2}, {"N", true, 0, 1}, {"NOTE", false, 6, 0}});
  table.add({"alphabet", "7", "something long"});
  table.add({"b", "12345", "-"});
  return table;
}

}  // namespace

TEST_CASE("without a limit every cell is whole and columns line up") {
  CHECK(three().text(0) ==
        "NAME         N NOTE\n"
        "alphabet     7 something long\n"
        "b        12345 -\n");
}

TEST_CASE("the least important column is cut first") {
  CHECK(three().text(25) ==
        "NAME         N NOTE\n"
        "alphabet     7 something~\n"
        "b        12345 -\n");
}

TEST_CASE("what does not fit even when cut is left out and named") {
  const std::string text = three().text(14);
  CHECK(widest(text) <= 14);
  CHECK(text.find("No room for") != std::string::npos);
  CHECK(text.find("something") == std::string::npos);
}

TEST_CASE("a column that says nothing goes before one that does, and is not mourned") {
  Table table({{"NAME", false, 4, 2}, {"SILENT", false, 0, 1}, {"NOTE", false, 4, 0}});
  table.add({"abcd", "-", "important"});
  CHECK(table.text(14) == "NAME NOTE\nabcd important\n");
  CHECK(table.text(0) == "NAME SILENT NOTE\nabcd -      important\n");
}

TEST_CASE("no width makes a line that is wider") {
  for (std::size_t width = 7; width < 60; ++width) {
    CAPTURE(width);
    std::stringstream lines(three().text(width));
    for (std::string line; std::getline(lines, line) && !line.starts_with("No");) CHECK(columns_of(line) <= width);
  }
}
