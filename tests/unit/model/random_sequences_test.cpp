#include <catch2/catch.hpp>
#include <random>

#include "agent/model/totals.h"
#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

using RowName = std::tuple<Identity, Role, std::string>;

std::map<RowName, sw_totals> totals_of(const Model& model) {
  std::map<RowName, sw_totals> totals;
  for (const ProcessRow& row : model.process_rows) totals[{row.identity, row.role, ""}] = row.totals;
  for (const EndpointRow& row : model.endpoint_rows) totals[{row.identity, row.role, row.endpoint}] = row.totals;
  return totals;
}

bool has_decreased(const sw_totals& before, const sw_totals& after) {
  sw_totals highest = after;
  raise(highest, before);
  return std::memcmp(&highest, &after, sizeof after) != 0;
}

struct Traffic {
  explicit Traffic(unsigned seed) : random(seed) {}

  std::uint32_t pick(std::uint32_t below) { return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random); }

  void step(World& world) {
    switch (pick(12)) {
      case 0:
        if (running.size() < 12)
          running.push_back(world.start(next_pid++, "app" + std::to_string(pick(4)), pick(2) == 0 ? "" : "a.service"));
        break;
      case 1:
        if (running.size() > 4) {
          const std::uint32_t victim = pick(static_cast<std::uint32_t>(running.size()));
          world.exit(running[victim]);
          std::erase_if(open, [&](const auto& entry) { return entry.second == running[victim]; });
          running.erase(running.begin() + victim);
        }
        break;
      case 2:
      case 3:
      case 4:
      case 5:
        if (!running.empty()) {
          const std::uint32_t serial = running[pick(static_cast<std::uint32_t>(running.size()))];
          const bool server = pick(3) == 0;
          const auto id = server ? world.open(serial, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), host_number(pick(99), 5000))
                                 : world.open(serial, SW_ROLE_CLIENT, v4(10, 0, 0, 1, 4000), host_number(pick(30), 80),
                                              pick(5) == 0);
          open.emplace_back(id, serial);
        }
        break;
      case 6:
      case 7:
      case 8:
        if (!open.empty()) {
          const std::uint32_t victim = pick(static_cast<std::uint32_t>(open.size()));
          world.close(open[victim].first, static_cast<sw_closed_by>(1 + pick(3)),
                      static_cast<sw_close_reason>(1 + pick(5)));
          open.erase(open.begin() + victim);
        }
        break;
      default:
        if (!open.empty()) world.exchange(open[pick(static_cast<std::uint32_t>(open.size()))].first, 1 + pick(9));
    }
  }

  std::mt19937 random;
  std::uint32_t next_pid = 100;
  std::vector<std::uint32_t> running;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> open;
};

}  // namespace

TEST_CASE("whatever happens, totals never decrease and always match the live connections") {
  const unsigned seed = GENERATE(range(0U, 12U));
  const bool torn = seed % 2 == 1;  // connections move while the scan reads
  CAPTURE(seed);
  World world;
  // A connection that opened while the kernel's table was full counts in other, and closes where there is room then.
  const bool table_fills = seed % 3 == 0;
  world.endpoint_capacity = table_fills ? 40 : 1000;
  Traffic traffic(seed);
  const ModelLimits limits{.endpoints_per_process = 8};
  Model model;
  std::uint64_t opened_and_preexisting = 0;
  for (int scan = 0; scan < 60; ++scan) {
    for (int i = 0; i < 40; ++i) traffic.step(world);
    world.now_ns += second_ns;
    const auto before = totals_of(model);
    Model next = Model::next(world.scan([&] {
      for (int i = 0; torn && i < 5; ++i) traffic.step(world);
    }),
                             model, limits);
    const auto after = totals_of(next);
    for (const auto& [name, totals] : before) {
      const auto found = after.find(name);
      if (found == after.end()) continue;  // a row long unused, now in other
      CHECK_FALSE(has_decreased(totals, found->second));
    }
    if (!torn) {
      std::uint64_t live = 0, endpoints_opened = 0;
      opened_and_preexisting = 0;
      for (const ProcessRow& row : next.process_rows) {
        CHECK(row.totals.opened + row.totals.preexisting - closed_of(row.totals) == row.live);
        live += row.live;
        opened_and_preexisting += row.totals.opened + row.totals.preexisting;
      }
      CHECK(live == world.live_count());
      for (const EndpointRow& row : next.endpoint_rows) {
        endpoints_opened += row.totals.opened + row.totals.preexisting;
        if (row.endpoint != "other" && !table_fills)
          CHECK(row.totals.opened + row.totals.preexisting - closed_of(row.totals) == row.live);
      }
      CHECK(endpoints_opened == opened_and_preexisting);
    }
    model = std::move(next);
  }
  // Once it is quiet, a torn scan has left no trace in what the kernel itself counts.
  for (const auto& [id, serial] : traffic.open) world.close(id);
  model = world.next(model, limits);
  for (const ProcessRow& row : model.process_rows) {
    CHECK(row.live == 0);
    CHECK(row.totals.opened + row.totals.preexisting == closed_of(row.totals));
  }
}
