#include "agent/sandbox/capabilities.h"

#include <linux/capability.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <string>

#include "tests/unit/sandbox/in_child.h"

using namespace sockwarden;

namespace {

/// A set of the calling thread as the kernel tells it: "CapEff", "CapPrm", "CapBnd", "NoNewPrivs" …
std::uint64_t told(const std::string& name) {
  std::ifstream status("/proc/thread-self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1), nullptr, 16);
  return ~std::uint64_t{0};
}

std::uint64_t bit(int capability) { return std::uint64_t{1} << static_cast<unsigned>(capability); }

}  // namespace

TEST_CASE("what is kept is all that is left, in each set, and exec() brings nothing back") {
  const std::uint64_t held = told("CapPrm");
  const int outcome = in_child([held] {
    if (!keep_capabilities({CAP_SYS_PTRACE})) return 1;
    const std::uint64_t left = held & bit(CAP_SYS_PTRACE);
    if (told("CapEff") != left || told("CapPrm") != left || told("CapInh") != 0 || told("CapAmb") != 0) return 2;
    if (told("NoNewPrivs") != 1) return 3;
    const bool lowers_bounding = (held & bit(CAP_SETPCAP)) != 0;
    if (lowers_bounding && (told("CapBnd") & ~bit(CAP_SYS_PTRACE)) != 0) return 4;
    return 0;
  });
  CHECK(outcome == 0);
}

TEST_CASE("what is lowered for a trial comes back") {
  const std::uint64_t effective = told("CapEff"), permitted = told("CapPrm");
  {
    const LoweredCapabilities trial({CAP_SYS_PTRACE});
    REQUIRE(trial.ok());
    CHECK(told("CapEff") == (effective & bit(CAP_SYS_PTRACE)));
    CHECK(told("CapPrm") == permitted);
  }
  CHECK(told("CapEff") == effective);
}
