#include <catch2/catch.hpp>

#include "agent/findings/finding_id.h"
#include "tests/unit/findings/statements.h"

using namespace sockwarden;
using namespace sockwarden::testing;
using Kind = LedgerEvent::Kind;

TEST_CASE("an id is the same in every agent for the same class, qualifier and subject") {
  const Process process = model_at(0s).processes.at(1);
  const Finding header = finding("missing-timeout", 1, "header");
  const std::string id = finding_id(header, process);
  CHECK(id == finding_id(finding("missing-timeout", 9, "header"), process));
  CHECK(id.size() == 18);
  CHECK(id.rfind("f-", 0) == 0);
  CHECK(id == "f-6861913b7727be73");

  Process other = process;
  other.facts.start_ticks = 1;
  CHECK(id != finding_id(header, other));
  CHECK(id != finding_id(finding("missing-timeout", 1, "body"), process));
  CHECK(id != finding_id(finding("missing-timeout", 1, "header", "10.0.0.8:80"), process));
  Process after_exec = process;
  after_exec.serial = 77;
  CHECK(id == finding_id(header, after_exec));
}

TEST_CASE("a finding activates once, stays, and resolves once") {
  Ledger ledger;
  auto events = ledger.update({finding("fd-leak", 3)}, model_at(0s));
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == Kind::activated);
  CHECK(ledger.update({finding("fd-leak", 4)}, model_at(1s)).empty());

  CHECK(ledger.update({}, model_at(2s)).empty());
  CHECK(ledger.update({}, model_at(10s)).empty());
  events = ledger.update({}, model_at(11s));
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == Kind::resolved);
  CHECK(ledger.update({}, model_at(12s)).empty());

  const LedgerEntry entry = ledger.entries().at(0);
  CHECK_FALSE(entry.active);
  CHECK(entry.first_seen == model_at(0s).wall);
  CHECK(entry.last_seen == model_at(1s).wall);
  CHECK(entry.resolved_at == model_at(2s).wall);
}

TEST_CASE("what comes and goes within the hold is told once") {
  Ledger ledger;
  std::size_t told = 0;
  for (int i = 0; i < 2000; ++i) {
    const bool idle = i % 5 != 0;  // a server between two scrapes
    told += ledger
                .update(idle ? std::vector{finding("missing-timeout")} : std::vector<Finding>{},
                        model_at(std::chrono::seconds(i)))
                .size();
  }
  CHECK(told == 1);
}

TEST_CASE("what comes back later is waited for longer, and then told no more") {
  Ledger ledger;
  std::vector<Kind> told;
  for (int i = 0; i < 3600; ++i) {
    const bool idle = i % 60 >= 30;
    for (const LedgerEvent& event :
         ledger.update(idle ? std::vector{finding("missing-timeout")} : std::vector<Finding>{},
                       model_at(std::chrono::seconds(i))))
      told.push_back(event.kind);
  }
  CHECK(told == std::vector{Kind::activated, Kind::resolved, Kind::activated});
  ledger.update({}, model_at(2h));
  CHECK_FALSE(ledger.entries().at(0).active);
}

TEST_CASE("what comes back after hours is over as soon as any other") {
  Ledger ledger;
  const auto state = [&ledger] { return ledger.entries().at(0).active; };
  ledger.update({finding("fd-leak")}, model_at(0s));
  ledger.update({}, model_at(1s));
  ledger.update({}, model_at(11s));
  ledger.update({finding("fd-leak")}, model_at(14min));
  ledger.update({}, model_at(14min + 1s));
  CHECK(state());
  ledger.update({}, model_at(14min + 11s));
  CHECK_FALSE(state());
}

TEST_CASE("the end of the process is the end of the finding, at once") {
  Ledger ledger;
  ledger.update({finding("fd-leak")}, model_at(0s));
  Model ended = model_at(1s);
  ended.processes.at(1).exited = ended.time;
  CHECK(ledger.update({}, ended).size() == 1);
  CHECK_FALSE(ledger.entries().at(0).active);
}

TEST_CASE("a finding that is over says why: it healed, its process is gone, or was restarted") {
  const auto resolution_in = [](const Model& later) {
    Ledger ledger;
    ledger.update({finding("fd-leak")}, model_at(0s));
    CHECK_FALSE(ledger.entries().at(0).resolution);
    ledger.update({}, later);
    ledger.update({}, model_at(1min));
    return ledger.entries().at(0).resolution;
  };
  CHECK(resolution_in(model_at(1s)) == Resolution::healed);
  Model gone = model_at(1s);
  gone.processes.at(1).exited = gone.time;
  CHECK(resolution_in(gone) == Resolution::process_gone);
  Process again = gone.processes.at(1);
  again.serial = 9;
  again.exited.reset();
  again.first_seen = gone.time;
  gone.processes[9] = again;
  CHECK(resolution_in(gone) == Resolution::restarted);
}

TEST_CASE("a finding that comes back is the same finding") {
  Ledger ledger({.hold = 0s});
  ledger.update({finding_of("fd-leak", {1, 2})}, model_at(0s));
  const std::string id = ledger.entries().at(0).id;
  ledger.update({}, model_at(10s));
  const auto events = ledger.update({finding_of("fd-leak", {2, 3})}, model_at(20s));
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == Kind::activated);
  REQUIRE(ledger.entries().size() == 1);
  const LedgerEntry entry = ledger.entries()[0];
  CHECK(entry.id == id);
  CHECK(entry.active);
  CHECK_FALSE(entry.resolved_at);
  CHECK(entry.first_seen == model_at(0s).wall);
  CHECK(entry.finding.count == 2);
  CHECK(entry.total == 3);
}

TEST_CASE("the total counts each subject once, however often it is stated") {
  Ledger ledger;
  for (int round = 0; round < 5; ++round) ledger.update({finding_of("fd-leak", {1, 2, 3})}, model_at(0s));
  CHECK(ledger.entries().at(0).total == 3);
  ledger.update({finding_of("fd-leak", {4})}, model_at(1s));
  ledger.update({finding_of("fd-leak", {1, 4})}, model_at(2s));
  CHECK(ledger.entries().at(0).total == 4);
  CHECK(ledger.entries().at(0).finding.count == 2);
}

TEST_CASE("without subjects the total is the sum of all growth") {
  Ledger ledger;
  for (const std::uint64_t count : {10U, 20U, 5U, 8U}) ledger.update({finding("fd-leak", count)}, model_at(0s));
  CHECK(ledger.entries().at(0).total == 23);
}

TEST_CASE("findings with one id are one finding: the proven one speaks, the counts are summed") {
  Ledger ledger;
  Finding likely = finding_of("missing-timeout", {1, 2}, "header");
  likely.summary = "likely";
  Finding proven = finding_of("missing-timeout", {2, 3}, "header");
  proven.summary = "proven";
  proven.confidence = Confidence::proven;
  CHECK(ledger.update({likely, proven}, model_at(0s)).size() == 1);
  const LedgerEntry entry = ledger.entries().at(0);
  CHECK(entry.finding.summary == "proven");
  CHECK(entry.finding.count == 3);
  CHECK(entry.total == 3);
}

TEST_CASE("a resolved finding is kept for its retention and then forgotten") {
  Ledger ledger({.hold = 0s});
  ledger.update({finding("fd-leak")}, model_at(0s));
  ledger.update({}, model_at(1s));
  ledger.update({}, model_at(15 * 60s));
  CHECK(ledger.entries().size() == 1);
  ledger.update({}, model_at(15 * 60s + 1s));
  CHECK(ledger.entries().empty());
}

TEST_CASE("a finding outlives its process, with what was known of it") {
  Ledger ledger;
  ledger.update({finding("fd-leak")}, model_at(0s));
  Model gone = model_at(1s);
  gone.processes.clear();
  ledger.update({}, gone);
  const LedgerEntry entry = ledger.entries().at(0);
  CHECK_FALSE(entry.active);
  CHECK(entry.process.pid == 101);
  CHECK(entry.process.identity.comm == "app1");
}

TEST_CASE("when the ledger is full the oldest resolved finding goes, and is counted") {
  Ledger ledger({.hold = 0s, .entries = 3});
  for (int i = 0; i < 3; ++i) {
    ledger.update({finding("fd-leak", 1, {}, "host" + std::to_string(i))}, model_at(std::chrono::seconds(2 * i)));
    ledger.update({}, model_at(std::chrono::seconds(2 * i + 1)));
  }
  ledger.update({finding("fd-leak", 1, {}, "host3")}, model_at(10s));
  CHECK(ledger.entries().size() == 3);
  CHECK(ledger.dropped() == 1);
  for (const LedgerEntry& entry : ledger.entries()) CHECK(entry.finding.remote != "host0");
}

TEST_CASE("active findings never make room for others") {
  Ledger ledger({.entries = 2});
  const std::vector<Finding> findings{finding("fd-leak", 1, {}, "a"), finding("fd-leak", 1, {}, "b"),
                                      finding("fd-leak", 1, {}, "c")};
  CHECK(ledger.update(findings, model_at(0s)).size() == 2);
  CHECK(ledger.refused() == 1);
  CHECK(ledger.dropped() == 0);
  CHECK(ledger.update(findings, model_at(1s)).empty());
}

namespace {

/// Processes 1 and 2 are one user's, 3 is another's.
Model model_of_users(std::chrono::seconds time) {
  Model model = model_at(time);
  for (const std::uint32_t serial : {1U, 2U}) model.processes[serial].facts.real_uid = 1000;
  model.processes[3].facts.real_uid = 33;
  return model;
}

std::vector<Finding> flood_of(std::uint32_t process, int count, const std::string& host = "host") {
  std::vector<Finding> findings;
  for (int i = 0; i < count; ++i)
    findings.push_back(finding("connection-leak", 1, {}, host + std::to_string(i), process));
  return findings;
}

std::size_t active_of(const Ledger& ledger, std::uint32_t process) {
  std::size_t count = 0;
  for (const LedgerEntry& entry : ledger.entries()) count += entry.active && entry.process.serial == process ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a flood by one user, from several processes, does not hide what another has") {
  Ledger ledger({.entries = 20});
  std::vector<Finding> findings = flood_of(1, 50);
  for (Finding& more : flood_of(2, 50)) findings.push_back(more);
  ledger.update(findings, model_of_users(0s));
  REQUIRE(ledger.entries().size() == 20);
  for (Finding& late : flood_of(3, 5)) findings.push_back(late);
  const auto events = ledger.update(findings, model_of_users(1s));
  CHECK(events.size() == 5);
  CHECK(active_of(ledger, 3) == 5);
  CHECK(ledger.entries().size() == 20);
  CHECK(ledger.without_room().at(1000) == 100 - 15);
  CHECK_FALSE(ledger.without_room().contains(33));
  CHECK(ledger.update(findings, model_of_users(2s)).empty());  // nobody changes places
}

TEST_CASE("of one user the processes share alike") {
  Ledger ledger({.entries = 20});
  std::vector<Finding> findings = flood_of(1, 50);
  ledger.update(findings, model_of_users(0s));
  for (Finding& more : flood_of(2, 3)) findings.push_back(more);
  ledger.update(findings, model_of_users(1s));
  CHECK(active_of(ledger, 2) == 3);
  CHECK(active_of(ledger, 1) == 17);
}

TEST_CASE("what a flood leaves behind resolved does not push out what another had") {
  Ledger ledger({.hold = 0s, .entries = 20});
  ledger.update(flood_of(3, 2), model_of_users(0s));
  ledger.update({}, model_of_users(1s));
  for (int i = 0; i < 10; ++i) {
    ledger.update(flood_of(1, 10, "round" + std::to_string(i) + "-"), model_of_users(std::chrono::seconds(2 + 2 * i)));
    ledger.update({}, model_of_users(std::chrono::seconds(3 + 2 * i)));
  }
  std::size_t of_the_other = 0;
  for (const LedgerEntry& entry : ledger.entries()) of_the_other += entry.process.serial == 3 ? 1 : 0;
  CHECK(of_the_other == 2);
}

TEST_CASE("a process with findings without end leaves room for those of others") {
  Ledger ledger({.entries = 10, .process_entries = 3});
  std::vector<Finding> findings;
  for (int i = 0; i < 20; ++i) findings.push_back(finding("connection-leak", 1, {}, "host" + std::to_string(i)));
  ledger.update(findings, model_at(0s));
  CHECK(ledger.entries().size() == 3);
  CHECK(ledger.refused() == 17);
  findings.push_back(finding("missing-timeout", 1, "header", "10.0.0.7:80", 2));
  const auto events = ledger.update(findings, model_at(1s));
  REQUIRE(events.size() == 1);
  CHECK(events[0].entry.finding.class_name == "missing-timeout");
  CHECK(ledger.refused() == 2 * 17);
  CHECK(ledger.table().entries == 4U);
  CHECK(ledger.table().capacity == 10U);
}

TEST_CASE("names of a stack stay while the stack is the same") {
  Ledger ledger;
  Finding stated = finding("connection-leak");
  stated.stack_ids = {4};
  ledger.update({stated}, model_at(0s));
  ledger.set_origin(ledger.entries().at(0).id, {{1, {"main.fetch"}}});
  ledger.update({stated}, model_at(1s));
  REQUIRE(ledger.entries().at(0).finding.origin.size() == 1);
  stated.stack_ids = {5};
  ledger.update({stated}, model_at(2s));
  CHECK(ledger.entries().at(0).finding.origin.empty());
}

TEST_CASE("the newest finding comes first") {
  Ledger ledger;
  ledger.update({finding("fd-leak", 1, {}, "a")}, model_at(0s));
  ledger.update({finding("fd-leak", 1, {}, "a"), finding("fd-leak", 1, {}, "b")}, model_at(1s));
  CHECK(ledger.entries().at(0).finding.remote == "b");
}
