#include <catch2/catch.hpp>

#include "agent/model/totals.h"
#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

std::uint64_t opened_of_endpoints(const Model& model) {
  std::uint64_t sum = 0;
  for (const EndpointRow& row : model.endpoint_rows) sum += row.totals.opened;
  return sum;
}

std::size_t shown(const Model& model) {
  return static_cast<std::size_t>(std::count_if(model.endpoint_rows.begin(), model.endpoint_rows.end(),
                                                [](const EndpointRow& row) { return row.endpoint != "other"; }));
}

}  // namespace

TEST_CASE("beyond the limit the busiest endpoints have rows and the rest is summed exactly") {
  World world;
  const auto serial = world.start(100, "app");
  for (std::uint32_t host = 1; host <= 20; ++host)
    for (std::uint32_t i = 0; i < host; ++i) world.client(serial, host_number(host, 80));
  const Model model = world.next({}, {.endpoints_per_process = 5});
  CHECK(shown(model) == 5);
  for (std::uint32_t host = 16; host <= 20; ++host) {
    const EndpointRow* row = endpoint_row(model, "app", Address::from(host_number(host, 80)).string());
    REQUIRE(row != nullptr);
    CHECK(row->totals.opened == host);
  }
  CHECK(endpoint_row(model, "app", "other")->totals.opened == 15 * 16 / 2);
  CHECK(model.folded_endpoints == 15);
  CHECK(opened_of_endpoints(model) == process_row(model, "app", Role::client)->totals.opened);
}

TEST_CASE("an endpoint that has a row keeps it when others become busier") {
  World world;
  const auto serial = world.start(100, "app");
  world.client(serial, host_number(1, 80));
  Model model = world.next({}, {.endpoints_per_process = 1});
  for (int i = 0; i < 50; ++i) world.client(serial, host_number(2, 80));
  model = world.next(model, {.endpoints_per_process = 1});
  CHECK(endpoint_row(model, "app", "10.0.0.1:80") != nullptr);
  CHECK(endpoint_row(model, "app", "10.0.0.2:80") == nullptr);
  CHECK(endpoint_row(model, "app", "other")->totals.opened == 50);
}

TEST_CASE("an endpoint long unused gives its row to a new one, and the sum stays exact") {
  World world;
  const auto serial = world.start(100, "app");
  world.close(world.client(serial, host_number(1, 80)));
  Model model = world.next({}, {.endpoints_per_process = 1});
  world.now_ns += 3600 * second_ns;
  world.client(serial, host_number(2, 80));
  model = world.next(model, {.endpoints_per_process = 1});
  CHECK(endpoint_row(model, "app", "10.0.0.1:80") == nullptr);
  CHECK(endpoint_row(model, "app", "10.0.0.2:80")->totals.opened == 1);
  CHECK(endpoint_row(model, "app", "other")->totals.opened == 1);
}

TEST_CASE("an endpoint with a live connection keeps its row however long it is unused") {
  World world;
  const auto serial = world.start(100, "app");
  world.client(serial, host_number(1, 80));
  Model model = world.next({}, {.endpoints_per_process = 1});
  world.now_ns += 3600 * second_ns;
  world.client(serial, host_number(2, 80));
  model = world.next(model, {.endpoints_per_process = 1});
  CHECK(endpoint_row(model, "app", "10.0.0.1:80") != nullptr);
}

TEST_CASE("endpoints without room in the kernel's table are in other") {
  World world;
  world.endpoint_capacity = 2;
  const auto serial = world.start(100, "app");
  for (std::uint32_t host = 1; host <= 6; ++host) world.exchange(world.client(serial, host_number(host, 80)));
  const Model model = world.next();
  CHECK(shown(model) == 2);
  CHECK(endpoint_row(model, "app", "other")->totals.opened == 4);
  CHECK(endpoint_row(model, "app", "other")->totals.exchanges == 4);
}

TEST_CASE("connections of a wildcard listener count at the listener's endpoint") {
  World world;
  const auto serial = world.start(100, "server");
  world.exchange(world.open(serial, SW_ROLE_SERVER, v4(0, 0, 0, 0, 80), v4(10, 0, 0, 9, 5000)));
  const auto id = world.open(serial, SW_ROLE_SERVER, v4(0, 0, 0, 0, 80), v4(10, 0, 0, 9, 5001));
  world.exchange(id, 4);
  world.connection(id).record.local = v4(10, 0, 0, 1, 80);
  const Model model = world.next();
  CHECK(endpoint_row(model, "server", "0.0.0.0:80")->totals.exchanges == 5);
  CHECK(endpoint_row(model, "server", "other") == nullptr);
}

TEST_CASE("identities of processes long gone are folded, and the sums stay exact") {
  World world;
  Model model;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const auto serial = world.start(100 + i, "job" + std::to_string(i));
    world.exchange(world.client(serial, host_number(i, 80)), 2);
    world.exit(serial);
    model = world.next(model, {.identities = 10});
  }
  std::uint64_t opened = 0, exchanges = 0;
  for (const ProcessRow& row : model.process_rows) opened += row.totals.opened, exchanges += row.totals.exchanges;
  CHECK(opened == 30);
  CHECK(exchanges == 60);
  CHECK(opened_of_endpoints(model) == 30);
  CHECK(model.process_rows.size() <= 12);
  CHECK(model.folded_identities >= 18);
  CHECK(process_row(model, "job29", Role::client) != nullptr);
  CHECK(process_row(model, "job0", Role::client) == nullptr);
}

TEST_CASE("an identity of the past leaves after the retention, and no earlier; its sums stay") {
  World world;
  Model model;
  const auto serial = world.start(100, "job");
  world.exchange(world.client(serial, host_number(1, 80)), 2);
  model = world.next(model);
  world.exit(serial);
  for (int i = 0; i < 2; ++i) model = world.next(model);  // its rows are there once more, then it is gone
  const auto later = [&](std::uint64_t seconds) {
    world.now_ns += seconds * second_ns;
    model = world.next(model, {.retention = 900s});
  };
  later(800);
  REQUIRE(process_row(model, "job", Role::client) != nullptr);
  later(200);
  CHECK(process_row(model, "job", Role::client) == nullptr);
  CHECK(endpoint_row(model, "job", "10.0.0.1:80") == nullptr);
  REQUIRE(process_row(model, "other", Role::client) != nullptr);
  CHECK(process_row(model, "other", Role::client)->totals.exchanges == 2);
  CHECK(endpoint_row(model, "other", "other")->totals.opened == 1);
  CHECK(model.folded_identities == 0);  // it had its time
}

TEST_CASE("where all rows are taken, an endpoint long unused gives its own to a newcomer, whoever that is") {
  World world;
  Model model;
  const ModelLimits limits{.endpoints = 1};
  const auto first = world.start(100, "first"), second = world.start(101, "second");
  world.close(world.client(first, host_number(1, 80)));
  model = world.next(model, limits);
  world.client(second, host_number(2, 80));
  model = world.next(model, limits);
  CHECK(endpoint_row(model, "second", "other") != nullptr);
  world.now_ns += 3600 * second_ns;
  world.client(second, host_number(3, 80));
  model = world.next(model, limits);
  CHECK(endpoint_row(model, "second", "10.0.0.3:80") != nullptr);
  CHECK(endpoint_row(model, "first", "10.0.0.1:80") == nullptr);
  CHECK(opened_of_endpoints(model) == 3);
}
