#include "agent/runtimes/go_binary.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

std::string build_info(unsigned char flags, const std::string& release) {
  std::string section = "\xff Go buildinf:";
  section += '\x08';
  section += static_cast<char>(flags);
  section.resize(32);
  section += static_cast<char>(release.size());
  return section + release;
}

}  // namespace

TEST_CASE("the release is read from the build information") {
  CHECK(release_in_build_info(build_info(2, "go1.22.3")) == "go1.22.3");
  CHECK(release_in_build_info(build_info(2, "go1.22.3 X:nocoverageredesign")) == "go1.22.3");
}

TEST_CASE("build information of the older form, cut off or foreign gives no release") {
  CHECK(release_in_build_info(build_info(0, "go1.16")).empty());
  CHECK(release_in_build_info(build_info(2, "go1.22.3").substr(0, 36)).empty());
  CHECK(release_in_build_info("\xff Go buildinf:").empty());
  CHECK(release_in_build_info("").empty());
}

TEST_CASE("a release that is not known has no layout") {
  CHECK_FALSE(known_layouts("go1.19.8").empty());
  CHECK_FALSE(known_layouts("go1.22rc1").empty());
  CHECK(known_layouts("go1.12").empty());
  CHECK(known_layouts("go1.99").empty());
  CHECK(known_layouts("go2.0").empty());
  CHECK(known_layouts("devel +abc").empty());
  CHECK(known_layouts("").empty());
}

TEST_CASE("epoll's data is a pointer, plain or tagged") {
  const std::uint64_t pointer = 0x7f405ac8aed8, tag = 0x5a;
  const auto addresses = poll_desc_addresses(pointer << 16 | tag);
  CHECK(std::find(addresses.begin(), addresses.end(), pointer) != addresses.end());
  CHECK(poll_desc_addresses(pointer).front() == pointer);
}
