#include "agent/config/nearest.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

TEST_CASE("edit distance counts insertions, deletions, replacements and swapped neighbours as one") {
  CHECK(edit_distance("level", "level") == 0);
  CHECK(edit_distance("levl", "level") == 1);
  CHECK(edit_distance("levell", "level") == 1);
  CHECK(edit_distance("lavel", "level") == 1);
  CHECK(edit_distance("leevl", "level") == 1);
  CHECK(edit_distance("", "abc") == 3);
}

TEST_CASE("a mistyped word suggests the nearest known one") {
  CHECK(nearest("profil", {"web", "profile", "kernel"}) == "profile");
  CHECK(nearest("scan_intervall", {"scan_interval", "ring_bytes"}) == "scan_interval");
  CHECK(suggestion("profil", {"profile"}) == "did you mean \"profile\"?");
}

TEST_CASE("a word that resembles nothing suggests nothing, and lists what is known") {
  CHECK_FALSE(nearest("zzzzzz", {"web", "profile"}));
  CHECK(suggestion("zzzzzz", {"web", "log", "profile"}) == "known are web, log and profile");
}
