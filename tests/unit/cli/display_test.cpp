#include "agent/cli/display.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

TEST_CASE("control bytes, broken UTF-8 and reordering marks are escaped") {
  CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(printable("a\nb\tc\x7f") == "a\\x0ab\\x09c\\x7f");
  CHECK(printable("\xff\xc3(") == "\\xff\\xc3(");
  CHECK(printable("\xc2\x85") == "\\xc2\\x85");
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("readable text is left as it is") { CHECK(printable("orders-7 \\ käse 漢字") == "orders-7 \\ käse 漢字"); }

TEST_CASE("width counts columns of the terminal, not bytes") {
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("käse") == 4);
  CHECK(columns_of("漢字") == 4);
  CHECK(columns_of("e\xcc\x81") == 1);
}

TEST_CASE("a text that is too long is cut and says so; one that fits is whole") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "abcd~");
  CHECK(cut("漢字漢字", 4) == "漢~");
  CHECK(cut("abc", 1) == "~");
  CHECK(cut("abc", 0).empty());
  CHECK(cut("127.0.0.1:46099", 8, true) == "~1:46099");
  CHECK(cut("漢字漢字", 4, true) == "~字");
  CHECK(cut("abc", 3, true) == "abc");
}

TEST_CASE("a duration shows its two largest units where the first alone would be coarse") {
  CHECK(short_duration(0ns) == "0s");
  CHECK(short_duration(350ms) == "350ms");
  CHECK(short_duration(12s) == "12s");
  CHECK(short_duration(185s) == "3m5s");
  CHECK(short_duration(180s) == "3m");
  CHECK(short_duration(12min + 30s) == "12m");
  CHECK(short_duration(2h + 10min) == "2h10m");
  CHECK(short_duration(123h) == "5d3h");
  CHECK(short_duration(-5s) == "0s");
}

TEST_CASE("wrapped lines keep their indent and their width") {
  CHECK(wrap("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrap("overlongword x", 2, 8) == "  overlongword\n  x\n");
  CHECK(wrap("", 2, 8) == "  \n");
}
