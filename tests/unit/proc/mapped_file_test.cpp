#include "agent/proc/mapped_file.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

TEST_CASE("the file at an address is found, but not one that was replaced") {
  const auto* maps =
      "00400000-00e6e000 r--p 00000000 08:01 123 /usr/bin/node\n"
      "00e6e000-02000000 r-xp 00a6e000 08:01 123 /usr/bin/with a space\n"
      "7f0000000000-7f0000001000 r-xp 00000000 08:01 124 /usr/lib/old.so (deleted)\n"
      "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0 [stack]\n"
      "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0\n";
  const auto found = find_mapped_file(maps, 0xe6e010);
  REQUIRE(found);
  CHECK(found->path == "/usr/bin/with a space");
  CHECK(found->offset == 0xa6e010);
  for (const std::uint64_t address : {0x1000UL, 0x7f0000000010UL, 0x7ffc00000010UL, 0x7ffd00000010UL}) {
    CHECK_FALSE(find_mapped_file(maps, address));
  }
}

TEST_CASE("files whose code is mapped are listed once, without data, what was replaced and what is no file") {
  const auto* maps =
      "00400000-00e6e000 r--p 00000000 08:01 123 /usr/bin/node\n"
      "00e6e000-02000000 r-xp 00a6e000 08:01 123 /usr/bin/node\n"
      "7e0000000000-7e0000001000 r--p 00000000 08:01 125 /usr/share/locale\n"
      "7f0000000000-7f0000001000 r-xp 00000000 08:01 124 /usr/lib/old.so (deleted)\n"
      "7f1000000000-7f1000001000 r-xp 00000000 08:01 126 /usr/lib/new.so\n"
      "7f1000002000-7f1000003000 r-xp 00000000 08:01 123 /usr/bin/node\n"
      "7f2000000000-7f2000001000 rwxp 00000000 00:00 0\n"
      "7ffd00000000-7ffd00021000 r-xp 00000000 00:00 0 [vdso]\n";
  CHECK(files_with_code(maps) == std::vector<std::string>{"/usr/bin/node", "/usr/lib/new.so"});
}

TEST_CASE("a newline in a path is what it was, and adds no line") {
  const auto* maps = "7f0000000000-7f0000001000 r-xp 00000000 08:01 124 /tmp/a\\012b\n";
  CHECK(files_with_code(maps) == std::vector<std::string>{"/tmp/a\nb"});
}

TEST_CASE("an object reaches from the first of its mappings to the last") {
  const auto* maps =
      "00400000-00e6e000 r--p 00000000 08:01 123 /usr/bin/node\n"
      "00e6e000-02000000 r-xp 00a6e000 08:01 123 /usr/bin/node\n"
      "02000000-02001000 rw-p 01000000 08:01 123 /usr/bin/node\n"
      "02001000-02002000 rw-p 00000000 00:00 0 \n"
      "7e0000000000-7e0000001000 r--p 00000000 08:01 125 /usr/share/locale\n"
      "7f1000000000-7f1000001000 r-xp 00000000 08:01 126 /usr/lib/new.so\n";
  const auto objects = mapped_objects(maps);
  REQUIRE(objects.size() == 2);
  CHECK(objects[0].path == "/usr/bin/node");
  CHECK(objects[0].begin == 0x400000);
  CHECK(objects[0].end == 0x2001000);
  CHECK(objects[1].path == "/usr/lib/new.so");
}
