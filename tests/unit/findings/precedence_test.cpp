#include <catch2/catch.hpp>

#include "tests/unit/findings/statements.h"

using namespace sockwarden;
using namespace sockwarden::testing;
using Classes = std::vector<std::string>;

TEST_CASE("an undrained body is not also churn on the same endpoint") {
  Ledger ledger;
  ledger.update({finding("pool-churn"), finding("undrained-body")}, model_at(0s));
  CHECK(classes_of(ledger) == Classes{"undrained-body"});
}

TEST_CASE("churn on another endpoint or in another process is a finding of its own") {
  Ledger ledger;
  ledger.update({finding("pool-churn", 1, {}, "10.0.0.8:80"), finding("pool-churn", 1, {}, "10.0.0.7:80", 2),
                 finding("undrained-body")},
                model_at(0s));
  CHECK(classes_of(ledger) == Classes{"pool-churn", "pool-churn", "undrained-body"});
}

TEST_CASE("a connection leak is not also a leak of socket descriptors") {
  Ledger ledger;
  ledger.update({finding("fd-leak", 20, "socket", ""), finding("connection-leak", 20)}, model_at(0s));
  CHECK(classes_of(ledger) == Classes{"connection-leak"});
}

TEST_CASE("a leak of files stays beside a connection leak") {
  Ledger ledger;
  ledger.update({finding("fd-leak", 20, "file", ""), finding("connection-leak", 20)}, model_at(0s));
  CHECK(classes_of(ledger) == Classes{"connection-leak", "fd-leak"});
}

TEST_CASE("what began under the less specific class is one finding in the end, and both are logged once") {
  Ledger ledger;
  CHECK(ledger.update({finding("fd-leak", 9, "socket", "")}, model_at(0s)).size() == 1);
  const auto events = ledger.update({finding("fd-leak", 9, "socket", ""), finding("connection-leak", 9)}, model_at(1s));
  CHECK(events.size() == 2);
  CHECK(classes_of(ledger) == Classes{"connection-leak"});
  CHECK(ledger.update({finding("fd-leak", 9, "socket", ""), finding("connection-leak", 9)}, model_at(2s)).empty());
}

TEST_CASE("the less specific class does not rise in the moment when the specific one heals") {
  Ledger ledger;
  ledger.update({finding("pool-churn"), finding("undrained-body")}, model_at(0s));
  ledger.update({finding("pool-churn")}, model_at(1s));
  CHECK(classes_of(ledger) == Classes{"undrained-body"});
  ledger.update({finding("pool-churn")}, model_at(20s));
  CHECK(classes_of(ledger) == Classes{"undrained-body (resolved)"});
  ledger.update({finding("pool-churn")}, model_at(60s));
  CHECK(classes_of(ledger) == Classes{"pool-churn", "undrained-body (resolved)"});
}

TEST_CASE("a connection that waits is no leaked connection, the others are") {
  Ledger ledger;
  ledger.update({finding_of("missing-timeout", {1, 2}, "header"), finding_of("connection-leak", {1, 2, 3})},
                model_at(0s));
  CHECK(classes_of(ledger) == Classes{"connection-leak", "missing-timeout"});
  for (const LedgerEntry& entry : ledger.entries())
    if (entry.finding.class_name == "connection-leak") CHECK(entry.finding.count == 1);

  Ledger waiting_only;
  waiting_only.update({finding_of("missing-timeout", {1, 2}, "header"), finding_of("connection-leak", {1, 2})},
                      model_at(0s));
  CHECK(classes_of(waiting_only) == Classes{"missing-timeout"});
}

TEST_CASE("one waiting connection does not explain a hundred leaked sockets") {
  Ledger ledger;
  ledger.update({finding("missing-timeout", 1, "server-header"), finding("fd-leak", 100, "socket", "")}, model_at(0s));
  CHECK(classes_of(ledger) == Classes{"fd-leak", "missing-timeout"});

  Ledger covered;
  covered.update({finding("missing-timeout", 90, "server-header"), finding("fd-leak", 100, "socket", "")},
                 model_at(0s));
  CHECK(classes_of(covered) == Classes{"missing-timeout"});
}
