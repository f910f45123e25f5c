#include "agent/publish/running_totals.h"

#include <catch2/catch.hpp>

#include "tests/unit/publish/model_builder.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

const Process shop = process(1, 10, "shop");

Published with_finding(std::uint64_t total) {
  Published published;
  published.findings.push_back(finding("f-1", shop, "fd-leak"));
  published.findings.back().total = total;
  return published;
}

Published with_drops(std::uint64_t id, std::uint32_t drops) {
  Published published;
  add(published.model, shop);
  Connection listener = connection(id, shop, Role::listener, TcpState::listen);
  listener.accept_queue.drops = drops;
  published.model.connections.push_back(listener);
  return published;
}

const FindingKey leak{"fd-leak", "", shop.identity};
const ListenerKey door{shop.identity, "10.0.0.1:8080"};

}  // namespace

TEST_CASE("a findings counter keeps its value when the ledger forgets, and goes on when it returns") {
  RunningTotals totals;
  auto published = with_finding(5);
  totals.observe(published);
  CHECK(published.finding_totals.at(leak) == 5);
  published = Published{};
  totals.observe(published);
  CHECK(published.finding_totals.at(leak) == 5);
  published = with_finding(2);
  totals.observe(published);
  CHECK(published.finding_totals.at(leak) == 7);
}

TEST_CASE("what a program that is gone was found of is summed in other after the retention, and nothing is lost") {
  RunningTotals totals;
  const auto at = [](int seconds) { return Instant(std::chrono::seconds(seconds)); };
  const FindingKey rest{"fd-leak", "", other_identity()};
  auto published = with_finding(5);
  published.model.time = at(1000);
  totals.observe(published);
  for (const bool lives : {true, false}) {
    Published later;
    later.model.time = at(3000);
    if (lives) add(later.model, shop);
    totals.observe(later);
    CHECK(later.finding_totals.contains(leak) == lives);
    CHECK(later.finding_totals.contains(rest) != lives);
    if (!lives) CHECK(later.finding_totals.at(rest) == 5);
  }
  published = with_finding(2);
  published.model.time = at(3001);
  totals.observe(published);
  CHECK(published.finding_totals.at(leak) == 2);
  CHECK(published.finding_totals.at(rest) == 5);
}

TEST_CASE("a finding that did not change is not counted again") {
  RunningTotals totals;
  auto published = with_finding(5);
  totals.observe(published);
  published = with_finding(5);
  totals.observe(published);
  CHECK(published.finding_totals.at(leak) == 5);
}

TEST_CASE("drops of a listener add to those of the one that it replaced") {
  RunningTotals totals;
  auto published = with_drops(1, 9);
  totals.observe(published);
  published = with_drops(2, 1);
  totals.observe(published);
  CHECK(published.listener_drops.at(door) == 10);
}

TEST_CASE("an address on which nobody listens any more has no series") {
  RunningTotals totals;
  auto published = with_drops(1, 9);
  totals.observe(published);
  published = Published{};
  totals.observe(published);
  CHECK(published.listener_drops.empty());
}
