#include "agent/publish/history.h"

#include <catch2/catch.hpp>

#include "agent/publish/gzip.h"
#include "tests/unit/publish/model_builder.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

Published at_second(int second) {
  Published published;
  published.model.wall = WallTime(std::chrono::seconds(1'790'000'000 + second));
  const Process shop = process(1, 10, "shop");
  add(published.model, shop);
  published.findings = {finding("f-1", shop, "fd-leak")};
  PoolFigures pool;
  pool.key = {1, address("9", 5432)};
  pool.open = static_cast<std::uint64_t>(second);
  published.pools = {pool};
  return published;
}

HistoryLimits an_hour_of(std::size_t bytes) {
  HistoryLimits limits;
  limits.bytes = bytes;
  return limits;
}

}  // namespace

TEST_CASE("history keeps a moment a step, and each is found by its time") {
  History history;
  for (int second = 0; second < 60; ++second) history.observe(at_second(second));
  CHECK(history.moments().size() == 12);
  CHECK(history.at(at_second(34).model.wall)->pools.front().open == 30);
  CHECK(history.at(at_second(-9).model.wall)->pools.front().open == 0);
  CHECK(history.at(at_second(999).model.wall)->pools.front().open == 55);
}

TEST_CASE("history forgets what is older than an hour") {
  History history;
  for (int second = 0; second < 2 * 3600; second += 5) history.observe(at_second(second));
  CHECK(history.moments().size() == 721);
  CHECK(history.moments().front()->time == at_second(3595).model.wall);
}

TEST_CASE("history stays below its bytes, and keeps the newest") {
  History history(an_hour_of(20'000));
  for (int second = 0; second < 3600; second += 5) {
    history.observe(at_second(second));
    REQUIRE(history.bytes() <= 20'000);
  }
  CHECK(history.moments().size() > 5);
  CHECK(history.moments().back()->time == at_second(3595).model.wall);
  CHECK(history.table().bytes == history.bytes());
}

TEST_CASE("one moment keeps the worst findings, no matter how many there are") {
  History history;
  Published published = at_second(0);
  const LedgerEntry each = published.findings.front();
  published.findings.assign(5'000, each);
  history.observe(published);
  CHECK(history.bytes() < 100'000);
  CHECK(history.moments().front()->findings[static_cast<std::size_t>(Severity::warning)] == 5'000);
}

TEST_CASE("the past is kept as anybody may see it") {
  History history;
  Published published = at_second(0);
  LedgerEntry& entry = published.findings.front();
  entry.process.facts.exe = "/srv/hidden/shop";
  entry.process.facts.cmdline = {"shop", "--hidden"};
  entry.finding.evidence = {{"proof", std::string("read of hidden memory")}, {"waited_seconds", 31.5}};
  entry.finding.origin = {{1, {"hidden.frame"}}};
  history.observe(published);
  const auto text = gunzip(history.moments().front()->detail);
  REQUIRE(text);
  CHECK(text->find("31.5") != std::string::npos);
  CHECK(text->find("hidden") == std::string::npos);
}

TEST_CASE("where the clock is set back, what would be later goes") {
  History history;
  history.observe(at_second(100));
  history.observe(at_second(200));
  history.observe(at_second(150));
  CHECK(history.moments().size() == 2);
  CHECK(history.moments().back()->time == at_second(150).model.wall);
}

TEST_CASE("without a moment there is none to show") {
  const History history;
  CHECK(history.at(at_second(0).model.wall) == nullptr);
  CHECK(history.moments().empty());
}
