#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

/// Programs whose kernel rows tell of connections that have ended.
struct Programs {
  World world;
  Model model;
  ModelLimits limits{.histogram_rows = 2};

  std::uint32_t start(const std::string& comm, std::uint32_t pid) {
    const auto serial = world.start(pid, comm);
    world.close(world.client(serial, host_number(pid, 80)));
    return serial;
  }
  void observe(std::uint32_t serial, std::uint64_t count) {
    world.process(serial).roles[SW_ROLE_CLIENT]->histograms[SW_HISTOGRAM_LIFETIME_MS].count[3] += count;
  }
  void look() { model = world.next(model, limits); }
  [[nodiscard]] std::uint64_t shown(const std::string& comm) const {
    const ProcessRow* row = process_row(model, comm, Role::client);
    return row == nullptr ? 0 : row->histograms[SW_HISTOGRAM_LIFETIME_MS].count[3];
  }
};

}  // namespace

TEST_CASE("the busiest have histograms of their own, those of the others are one") {
  Programs host;
  host.observe(host.start("busy", 1), 1000);
  host.observe(host.start("idle", 2), 5);
  host.observe(host.start("middle", 3), 100);
  host.look();
  CHECK(host.shown("busy") == 1000);
  CHECK(host.shown("middle") == 100);
  CHECK(host.shown("idle") == 0);
  CHECK(host.shown("other") == 5);
  CHECK(host.model.folded_histogram_rows == 1);
}

TEST_CASE("one that becomes far busier takes the place of another, and no count is taken back") {
  Programs host;
  host.observe(host.start("a", 1), 100);
  host.observe(host.start("b", 2), 10);
  host.look();
  const auto late = host.start("late", 3);
  host.observe(late, 20);
  host.look();
  CHECK(host.shown("late") == 0);  // twice as busy is not enough
  CHECK(host.shown("other") == 20);
  host.observe(late, 80);
  host.look();
  CHECK(host.shown("late") == 80);
  CHECK(host.shown("b") == 0);
  CHECK(host.shown("other") == 20 + 10);
  CHECK(host.shown("a") == 100);
}

TEST_CASE("histograms of a process that is gone are in comm other after the retention") {
  Programs host;
  const auto serial = host.start("job", 1);
  host.observe(serial, 7);
  host.look();
  CHECK(host.shown("job") == 7);
  host.world.exit(serial);
  host.look();
  host.look();
  host.world.now_ns += 3600 * second_ns;
  host.look();
  CHECK(host.shown("job") == 0);
  CHECK(host.shown("other") == 7);
}
