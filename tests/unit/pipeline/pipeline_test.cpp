#include "agent/pipeline/pipeline.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/pipeline/watched_host.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

bool asks_for(const Script& script, const Model& model, const std::string& comm) {
  return std::any_of(script.asked.details.begin(), script.asked.details.end(), [&](std::uint32_t pid) {
    const Process* process = model.process_of_pid(pid);
    return process != nullptr && process->identity.comm == comm;
  });
}

}  // namespace

TEST_CASE("what a round wants to know is asked of the next scan, also after one that failed") {
  WatchedHost watched("leaking", production());
  watched.look(watched.host.next());
  watched.look(watched.host.next());
  CHECK(watched.script->asked.details.empty());
  watched.look(tl::unexpected(failure_of(ScanPart::live)));
  CHECK(asks_for(*watched.script, watched.round.model, "orders"));
  watched.look(watched.host.next());
  CHECK(asks_for(*watched.script, watched.round.model, "orders"));
}

TEST_CASE("a scan that fails has no round, and says which part could not be read") {
  const auto script = std::make_shared<Script>();
  Pipeline pipeline(std::make_unique<MemoryKernel>(script), std::make_unique<LocalReader>(), production());
  script->push_back(tl::unexpected(failure_of(ScanPart::totals)));
  const auto round = pipeline.next(Model{});
  REQUIRE_FALSE(round.has_value());
  CHECK(round.error().part == ScanPart::totals);
}

TEST_CASE("the tables of a round are those of the kernel and of the agent") {
  WatchedHost watched("healthy", production());
  watched.look(watched.host.next());
  const auto has = [&](const std::string& name) {
    const auto& tables = watched.round.model.tables;
    return std::any_of(tables.begin(), tables.end(), [&](const TableFill& table) { return table.name == name; });
  };
  CHECK(has("endpoints"));
  CHECK(has("findings"));
}

TEST_CASE("a rule of the configuration names a service, whatever else it could be called") {
  Config config = production();
  IdentityRule rule{.match = {}, .command_line = "", .service = "payments"};
  rule.match.comm = "bill*";
  config.identity.rules.push_back(rule);
  WatchedHost watched("healthy", config);
  watched.look(watched.host.next());
  std::size_t named = 0;
  for (const auto& [serial, process] : watched.round.model.processes) {
    const bool is_billing = process.identity.comm == "billing";
    named += is_billing ? 1 : 0;
    CHECK((process.identity.service == "payments") == is_billing);
  }
  CHECK(named > 0);
}

TEST_CASE("of a host with targets a round shows those alone") {
  Config config = production();
  config.targets.include.push_back({.comm = "billing", .exe = "", .cgroup = "", .pid = {}, .port = {}});
  WatchedHost watched("healthy", config);
  watched.look(watched.host.next());
  REQUIRE_FALSE(watched.round.model.connections.empty());
  for (const Connection& connection : watched.round.model.connections)
    CHECK(watched.round.model.process_of(connection)->identity.comm == "billing");
}

TEST_CASE("thresholds hold from the round after they were set") {
  WatchedHost watched("leaking", production());
  while (!watched.host.ended() && watched.round.model.number < 11) watched.look(watched.host.next());
  CHECK(watched.findings().empty());
  watched.pipeline.configure(development());
  watched.look(watched.host.later(std::chrono::seconds(1)));
  CHECK_FALSE(watched.findings().empty());
}
