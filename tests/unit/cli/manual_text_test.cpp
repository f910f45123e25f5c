#include "agent/cli/manual_text.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/cli/display.h"
#include "agent/detect/pages.h"

using namespace sockwarden;

TEST_CASE("a page reads like a manual page") {
  CHECK(manual_text("# class: what it is\n\n## What it means\nOne `word` and\n**another** of [it](page.md).\n", 40) ==
        "class: what it is\n\nWHAT IT MEANS\n    One word and another of it.\n");
}

TEST_CASE("lists hang, and go on below their dash") {
  CHECK(manual_text("- one two three four\n  five\n- six\n", 20) ==
        "    - one two three\n      four five\n    - six\n");
}

TEST_CASE("a table's first column stands beside the rest; its titles and rule go") {
  CHECK(manual_text("| phase | waits for |\n| --- | --- |\n| `dial` | the peer |\n| `tls` | a\\|b |\n", 40) ==
        "    dial  the peer\n    tls   a|b\n");
}

TEST_CASE("code stays as it is") {
  CHECK(manual_text("```go\nif a {\n\tb(`c`)\n}\n```\n", 40) == "        if a {\n            b(`c`)\n        }\n\n");
}

TEST_CASE("every page of a class fits 80 columns, without a mark of Markdown outside of code") {
  for (const Page& page : pages()) {
    CAPTURE(page.class_name);
    std::istringstream lines(manual_text(page.text, 80));
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      if (line.starts_with("        ")) continue;  // code, and cells
      CHECK(columns_of(line) <= 80);
      CHECK(line.find('`') == std::string::npos);
      CHECK(line.find("](") == std::string::npos);
      CHECK_FALSE(line.starts_with('#'));
    }
  }
}
