#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "tests/unit/findings/statements.h"

using namespace sockwarden;
using namespace sockwarden::testing;

TEST_CASE("whatever the detectors state, counts, states and events agree") {
  const unsigned seed = GENERATE(range(0U, 10U));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::uint32_t below) {
    return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random);
  };
  Ledger ledger({.hold = 0s, .longest_hold = 0s, .entries = 40, .past_subjects = 100'000});
  std::map<std::string, std::set<std::uint64_t>> covered;  // by remote
  std::map<std::string, bool> active;                      // by id, from the events alone
  std::map<std::string, std::uint64_t> last_totals;
  for (int round = 0; round < 200; ++round) {
    std::vector<Finding> findings;
    std::map<std::string, std::size_t> stated;
    for (std::uint32_t endpoint = 0; endpoint < 30; ++endpoint) {
      if (pick(3) != 0) continue;
      std::set<std::uint64_t> subjects;
      for (std::uint32_t i = 0, count = 1 + pick(5); i < count; ++i) subjects.insert(endpoint * 1000 + pick(40));
      Finding made = finding_of("connection-leak", {subjects.begin(), subjects.end()});
      made.remote = "host" + std::to_string(endpoint);
      stated[made.remote] = subjects.size();
      covered[made.remote].insert(subjects.begin(), subjects.end());
      findings.push_back(std::move(made));
    }
    const auto events = ledger.update(std::move(findings), model_at(std::chrono::seconds(round * 5)));
    for (const LedgerEvent& event : events) {
      const bool activated = event.kind == LedgerEvent::Kind::activated;
      CHECK(active[event.entry.id] != activated);
      active[event.entry.id] = activated;
    }
    std::size_t active_count = 0;
    for (const LedgerEntry& entry : ledger.entries()) {
      CHECK(entry.active == stated.contains(entry.finding.remote));
      CHECK(entry.active == active[entry.id]);
      CHECK(entry.active != entry.resolved_at.has_value());
      if (entry.active) CHECK(entry.finding.count == stated[entry.finding.remote]);
      CHECK(entry.total == covered[entry.finding.remote].size());
      CHECK(entry.total >= last_totals[entry.id]);
      CHECK(entry.first_seen <= entry.last_seen);
      last_totals[entry.id] = entry.total;
      active_count += entry.active ? 1 : 0;
    }
    CHECK(active_count == stated.size());
  }
}

TEST_CASE("the memory of past subjects is bounded and keeps the latest") {
  SubjectMemory memory(10);
  for (std::uint64_t id = 1; id <= 1000; ++id) CHECK(memory.take({id}) == 1);
  CHECK(memory.take({995}) == 0);
  CHECK(memory.take({1}) == 1);  // too long ago to be known
}
