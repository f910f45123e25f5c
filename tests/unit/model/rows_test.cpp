#include <catch2/catch.hpp>

#include "agent/model/totals.h"
#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("processes of one identity share a row") {
  World world;
  for (const std::uint32_t pid : {100U, 101U, 102U}) world.client(world.start(pid, "app"), v4(10, 0, 0, 7, 80));
  world.client(world.start(200, "app", "other.service"), v4(10, 0, 0, 7, 80));
  const Model model = world.next();
  CHECK(process_row(model, "app", Role::client)->totals.opened == 3);
  CHECK(model.process_rows.size() == 2);
}

TEST_CASE("exchanges of a row are those of closed and of live connections") {
  World world;
  const auto serial = world.start(100, "app");
  const auto first = world.client(serial, v4(10, 0, 0, 7, 80));
  const auto second = world.client(serial, v4(10, 0, 0, 7, 80));
  world.exchange(first, 5);
  world.exchange(second, 7);
  world.close(first);
  const Model model = world.next();
  CHECK(process_row(model, "app", Role::client)->totals.exchanges == 12);
  CHECK(process_row(model, "app", Role::client)->totals.bytes_received == 1200);
  CHECK(endpoint_row(model, "app", "10.0.0.7:80")->totals.exchanges == 12);
  CHECK(endpoint_row(model, "app", "10.0.0.7:80")->live == 1);
}

TEST_CASE("a connection that closes while a scan reads is counted once in the end and never taken back") {
  World world;
  const auto serial = world.start(100, "app");
  const auto id = world.client(serial, v4(10, 0, 0, 7, 80));
  world.exchange(id, 5);
  const Model torn = Model::next(world.scan([&] { world.close(id); }), {}, {});
  CHECK(process_row(torn, "app", Role::client)->totals.exchanges == 10);  // seen twice for one scan

  Model model = world.next(torn);
  CHECK(process_row(model, "app", Role::client)->totals.exchanges == 10);
  world.exchange(world.client(serial, v4(10, 0, 0, 7, 80)), 6);
  model = world.next(model);
  CHECK(process_row(model, "app", Role::client)->totals.exchanges == 11);
  CHECK(endpoint_row(model, "app", "10.0.0.7:80")->totals.exchanges == 11);
}

TEST_CASE("rows outlive their processes") {
  World world;
  const auto serial = world.start(100, "app");
  world.exchange(world.client(serial, v4(10, 0, 0, 7, 80)), 3);
  world.exit(serial);
  Model model = world.next();
  for (int scan = 0; scan < 3; ++scan) {
    CHECK(process_row(model, "app", Role::client)->totals.opened == 1);
    CHECK(process_row(model, "app", Role::client)->totals.exchanges == 3);
    CHECK(process_row(model, "app", Role::client)->totals.closed[SW_CLOSED_BY_OWN][SW_CLOSE_REASON_EXIT] == 1);
    CHECK(endpoint_row(model, "app", "10.0.0.7:80")->totals.exchanges == 3);
    model = world.next(model);
  }
  world.client(world.start(101, "app"), v4(10, 0, 0, 7, 80));
  model = world.next(model);
  CHECK(process_row(model, "app", Role::client)->totals.opened == 2);
}

TEST_CASE("histograms are summed and outlive their processes") {
  World world;
  const auto serial = world.start(100, "app");
  world.client(serial, v4(10, 0, 0, 7, 80));
  sw_histogram& histogram = world.process(serial).roles[SW_ROLE_CLIENT]->histograms[SW_HISTOGRAM_CONNECT_US];
  histogram.count[3] = 4;
  histogram.sum = 31;
  Model model = world.next();
  world.exit(serial);
  model = world.next(world.next(model));
  const ProcessRow* row = process_row(model, "app", Role::client);
  CHECK(row->histograms[SW_HISTOGRAM_CONNECT_US].count[3] == 4);
  CHECK(row->histograms[SW_HISTOGRAM_CONNECT_US].sum == 31);
}

TEST_CASE("a connection that nobody accepted counts for the listener's process") {
  World world;
  const auto serial = world.start(100, "server");
  world.open(serial, SW_ROLE_LISTENER, v4(0, 0, 0, 0, 80), {});
  world.close(world.open(0, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000)));
  Model model = world.next();
  CHECK(process_row(model, "server", Role::server)->totals.opened == 1);
  CHECK(process_row(model, "", Role::server) == nullptr);
  CHECK(endpoint_row(model, "server", "10.0.0.1:80")->totals.opened == 1);

  // The listener goes: what it was given stays, what comes now is nobody's.
  world.exit(serial);
  world.close(world.open(0, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000)));
  model = world.next(model);
  CHECK(process_row(model, "server", Role::server)->totals.opened == 1);
  CHECK(process_row(model, "", Role::server)->totals.opened == 1);
  model = world.next(model);
  CHECK(process_row(model, "", Role::server)->totals.opened == 1);
}

TEST_CASE("options are counted by name, the nameless by number, and none twice") {
  World world;
  const auto serial = world.start(100, "app");
  world.process(serial).process.setsockopt[SW_OPTION_TCP_NODELAY] = 4;
  world.process(serial).process.setsockopt[SW_OPTION_OTHER] = 5;
  Sample sample = world.scan();
  sample.other_options.push_back({{serial, 6, 13}, 3});
  Model model = Model::next(sample, {}, {});
  std::map<std::string, std::uint64_t> counts;
  for (const OptionRow& row : model.option_rows) counts[row.option] = row.count;
  CHECK(counts == std::map<std::string, std::uint64_t>{{"TCP_NODELAY", 4}, {"6/13", 3}, {"other", 2}});

  world.exit(serial);
  sample = world.scan();
  sample.other_options.push_back({{serial, 6, 13}, 3});
  model = world.next(Model::next(sample, model, {}));
  std::map<std::string, std::uint64_t> later;
  for (const OptionRow& row : model.option_rows) later[row.option] = row.count;
  CHECK(later == counts);
}
