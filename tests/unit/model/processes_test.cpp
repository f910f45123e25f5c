#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("a process keeps the identity with which it was first seen") {
  World world;
  const auto serial = world.start(100, "app", "app.service");
  const Model first = world.next();
  world.facts(100).comm = "renamed";
  const Model second = world.next(first);
  CHECK(second.processes.at(serial).identity.comm == "app");
  CHECK(second.processes.at(serial).identity.unit == "app.service");
  CHECK(second.processes.at(serial).facts.comm == "renamed");
}

TEST_CASE("a process that is gone keeps the facts that were known") {
  World world;
  const auto serial = world.start(100, "app");
  world.facts(100).exe = "/usr/bin/app";
  const Model first = world.next();
  world.exit(serial);
  const Model second = world.next(first);
  CHECK(second.processes.at(serial).facts.exe == "/usr/bin/app");
  CHECK(second.processes.at(serial).exited.has_value());
  CHECK(second.process_of_pid(100) == nullptr);
  CHECK(world.next(second).processes.empty());
}

TEST_CASE("a process that was gone before it could be read belongs to its cgroup's unit") {
  World world;
  world.start(100, "app", "app.service", 7);
  const auto brief = world.start(101, "curl", "", 7);
  world.forget_facts(101);
  const auto stranger = world.start(102, "wget", "", 8);
  world.forget_facts(102);
  const Model model = world.next();
  CHECK(model.processes.at(brief).identity == Identity{"curl", "", "app.service", "curl"});
  CHECK(model.processes.at(stranger).identity == Identity{"wget", "", "", "wget"});
}

TEST_CASE("a process is called as its facts say, and one that could not be read as its unit is") {
  World world;
  const auto named = world.start(100, "python3", "orders.service", 7);
  world.facts(100).service = "orders";
  world.facts(100).is_named_by_unit = true;
  const auto brief = world.start(101, "curl", "", 7);
  world.forget_facts(101);
  const auto script = world.start(102, "python3", "", 8);
  world.facts(102).service = "report";
  const auto neighbour = world.start(103, "curl", "", 8);
  world.forget_facts(103);
  const Model model = world.next();
  CHECK(model.processes.at(named).identity.service == "orders");
  CHECK(model.processes.at(brief).identity.service == "orders");
  CHECK(model.processes.at(script).identity.service == "report");
  CHECK(model.processes.at(neighbour).identity.service == "curl");
  CHECK(model.processes.at(named).identity.program() == Identity{"python3", "", "orders.service"});
}

TEST_CASE("a reused pid is another process and not the facts of the old one") {
  World world;
  const auto old_one = world.start(100, "old");
  const Model first = world.next();
  world.process(old_one).process.exited_ns = world.now_ns;
  const auto new_one = world.start(100, "new");
  const Model second = world.next(first);
  CHECK(second.processes.at(old_one).facts.comm == "old");
  CHECK(second.processes.at(new_one).facts.comm == "new");
  REQUIRE(second.process_of_pid(100) != nullptr);
  CHECK(second.process_of_pid(100)->serial == new_one);
}

TEST_CASE("a process without TCP has a row for its descriptors, with its limit") {
  World world;
  ProcessFacts facts;
  facts.pid = 300;
  facts.comm = "logger";
  facts.descriptor_limit = 1024;
  world.facts(300) = facts;
  Sample sample = world.scan();
  sample.descriptors[300].count[SW_DESCRIPTOR_FILE] = 12;
  const Model model = Model::next(sample, {}, {});
  REQUIRE(model.descriptor_rows.size() == 1);
  CHECK(model.descriptor_rows[0].identity.comm == "logger");
  CHECK(model.descriptor_rows[0].count[SW_DESCRIPTOR_FILE] == 12);
  CHECK(model.descriptor_rows[0].limit == 1024);
  CHECK(model.process_of_pid(300)->serial == serial_without_tcp(300));
}

TEST_CASE("a family is a process and all its descendants, also below a parent that has exited") {
  World world;
  world.start(100, "shell");
  world.start(101, "make");
  world.start(102, "cc");
  world.start(200, "stranger");
  world.facts(101).parent_pid = 100;
  world.facts(102).parent_pid = 101;
  Model model = world.next();
  CHECK(model.children_of(100) == std::vector<std::uint32_t>{101});
  CHECK(model.family_of(100) == std::vector<std::uint32_t>{100, 101, 102});

  world.forget_facts(101);
  world.facts(102).parent_pid = 1;
  model = world.next(model);
  CHECK(model.family_of(100) == std::vector<std::uint32_t>{100, 101, 102});
  CHECK(model.family_of(200) == std::vector<std::uint32_t>{200});

  world.facts(102) = ProcessFacts{};  // what is put together of a process that /proc no longer shows
  world.facts(102).pid = 102;
  world.facts(102).comm = "cc";
  model = world.next(model);
  CHECK(model.family_of(100) == std::vector<std::uint32_t>{100, 101, 102});
}
