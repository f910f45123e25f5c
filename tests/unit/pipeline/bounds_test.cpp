// An hour of a host where everything comes and goes, in a second: what is kept stays within bounds, and sums are exact.
#include <catch2/catch.hpp>

#include "agent/pipeline/pipeline.h"
#include "agent/reader/local_reader.h"
#include "tests/twin/memory_kernel.h"
#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

struct BusyHost {
  World world;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  Pipeline pipeline{std::make_unique<MemoryKernel>(script), std::make_unique<LocalReader>(), production()};
  Round round;

  void look(std::uint64_t seconds) {
    world.now_ns += seconds * second_ns;
    script->push_back(world.scan());
    auto next = pipeline.next(round.model);
    REQUIRE(next);
    round = std::move(*next);
  }
  [[nodiscard]] TableFill table(const std::string& name) const {
    for (const TableFill& table : round.model.tables)
      if (table.name == name) return table;
    FAIL("no table " << name);
    return {};
  }
  [[nodiscard]] std::uint64_t opened() const {
    std::uint64_t opened = 0;
    for (const ProcessRow& row : round.model.process_rows) opened += row.totals.opened;
    return opened;
  }
};

}  // namespace

TEST_CASE("20,000 processes and 10,000 endpoints in an hour leave little behind, and every connection is counted") {
  constexpr std::uint32_t looks = 120, a_look = 167;
  BusyHost host;
  std::uint32_t started = 0;
  for (std::uint32_t look = 0; look < looks; ++look) {
    for (std::uint32_t i = 0; i < a_look; ++i, ++started) {
      const auto serial = host.world.start(100 + started, "job" + std::to_string(started));
      host.world.exchange(host.world.client(serial, host_number(started % 10'000, 80)));
      host.world.exit(serial);
    }
    host.look(30);
  }
  CHECK(host.opened() == std::uint64_t{looks} * a_look);
  CHECK(host.table("identities").entries <= ModelLimits{}.identities + a_look + 2);
  CHECK(host.table("named_endpoints").entries <= ModelLimits{}.endpoints);
  CHECK(host.table("pools").entries <= 2 * a_look);
  CHECK(host.table("waits").entries <= 4'096U);
  for (int i = 0; i < 2; ++i) host.look(3600);
  host.look(5);
  CHECK(host.opened() == std::uint64_t{looks} * a_look);
  CHECK(host.table("identities").entries.value_or(0) <= 2U);  // nobody's, and the others'
  CHECK(host.table("pools").entries == 0U);
  CHECK(host.table("model_processes").entries == 0U);
  std::uint64_t bytes = 0;
  for (const TableFill& table : host.round.model.tables) bytes += table.bytes;
  CHECK(bytes < 16U << 20U);
}

TEST_CASE("10,000 pools of one process at rest cost less than a kilobyte each") {
  BusyHost host;
  const auto serial = host.world.start(100, "crawler");
  for (std::uint32_t pool = 0; pool < 9'900; ++pool) {
    const auto used = host.world.client(serial, host_number(pool, 80));
    host.world.exchange(used);
    host.world.close(used);
  }
  host.look(5);
  CHECK(host.table("pools").entries == 9'900U);
  for (int i = 0; i < 12; ++i) host.look(55);
  CHECK(host.table("pools").entries == 9'900U);
  CHECK(host.table("pools").bytes < 9'900U * 1'000U);
  for (int i = 0; i < 5; ++i) host.look(60);  // the retention is over
  CHECK(host.table("pools").entries == 0U);
  CHECK(host.table("pools").bytes < 10'000U);
}
