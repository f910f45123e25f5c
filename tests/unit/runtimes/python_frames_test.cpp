#include "agent/runtimes/python_frames.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

/// The head of an entry for `length` instructions.
char head(unsigned kind, unsigned length) { return static_cast<char>(0x80 | kind << 3 | (length - 1)); }

}  // namespace

TEST_CASE("a table of places gives the line of each instruction, in all its forms") {
  const std::string table{head(11, 2), 0,    9,        // one line on
                          head(0, 1),  0,              // the same line, a short form
                          head(13, 1), 0x07,           // three lines back, without columns
                          head(14, 3), 0x14, 0, 1, 1,  // ten on, with everything
                          head(15, 2)};                // nowhere
  CHECK(line_in_table(table, 10, 0) == 11);
  CHECK(line_in_table(table, 10, 1) == 11);
  CHECK(line_in_table(table, 10, 2) == 11);
  CHECK(line_in_table(table, 10, 3) == 8);
  CHECK(line_in_table(table, 10, 4) == 18);
  CHECK(line_in_table(table, 10, 6) == 18);
  CHECK_FALSE(line_in_table(table, 10, 7));
  CHECK_FALSE(line_in_table(table, 10, 9));
}

TEST_CASE("a table that is cut off gives no line, and an end") {
  CHECK_FALSE(line_in_table("", 1, 0));
  CHECK_FALSE(line_in_table(std::string{head(11, 1), 0}, 1, 5));
  CHECK(line_in_table(std::string{head(14, 1), 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f}, 1, 0).has_value());
}

TEST_CASE("an unknown release, or memory that cannot be read, gives no calls") {
  const ReadMemory none = [](std::uint64_t, void*, std::size_t) { return false; };
  CHECK(read_python_calls(0x1000, 0x030b02f0, 1, none).empty());
  CHECK(read_python_calls(0x1000, 0x03080000, 1, none).empty());
  // Whatever is read, it comes to an end.
  const ReadMemory same = [](std::uint64_t, void* to, std::size_t size) {
    std::fill_n(static_cast<char*>(to), size, '\x01');
    return true;
  };
  CHECK(read_python_calls(0x1000, 0x030b02f0, 0x01010101, same).empty());
}
