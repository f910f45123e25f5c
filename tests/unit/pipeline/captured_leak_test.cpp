#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/pipeline/watched_host.h"

using namespace sockwarden;
using namespace sockwarden::testing;
using namespace std::chrono_literals;

namespace {

/// Eleven connections that the server has closed and the client has not; two samples later it closes them.
struct Leak : WatchedHost {
  Leak() : WatchedHost("leaking", production()) {
    while (held().size() < 11) look(host.next());
  }

  [[nodiscard]] std::vector<const Connection*> held() const {
    std::vector<const Connection*> rows;
    for (const Connection& connection : round.model.connections) {
      const Process* process = round.model.process_of(connection);
      if (process != nullptr && process->identity.comm == "orders" && connection.peer_closed && !connection.own_closed)
        rows.push_back(&connection);
    }
    return rows;
  }
  /// When ten of them, the least that counts, have been held for a minute.
  [[nodiscard]] Instant due() const {
    std::vector<Instant> closed;
    for (const Connection* connection : held()) closed.push_back(*connection->peer_closed);
    std::sort(closed.begin(), closed.end());
    return closed.at(9) + 60s;
  }
  /// The leak's finding; null where it is not told. The program also makes a connection a request.
  [[nodiscard]] const LedgerEntry* finding() const {
    const auto found = std::find_if(findings().begin(), findings().end(), [](const LedgerEntry& entry) {
      return entry.finding.class_name == "connection-leak";
    });
    return found == findings().end() ? nullptr : &*found;
  }
  void wait_for_finding() {
    while (finding() == nullptr) look(host.later(5s));
  }
  /// Until the leak is gone, and has been for as long as the ledger waits for it to come back.
  void heal() {
    while (!held().empty()) look(host.next());
    healed = round.model.wall;
    for (int i = 0; i < 2; ++i) look_for(5s);
  }
  WallTime healed{};
};

}  // namespace

TEST_CASE("a captured leak is found when ten connections have been held for a minute, and not before") {
  Leak leak;
  const Instant due = leak.due();
  while (leak.host.now() + 5s < due) {
    leak.look_for(5s);
    REQUIRE(leak.findings().empty());
  }
  leak.look_for(5s);
  REQUIRE(leak.findings().size() == 1);
  const LedgerEntry& entry = leak.findings().front();
  CHECK(entry.finding.class_name == "connection-leak");
  CHECK(entry.process.identity.comm == "orders");
  CHECK(entry.finding.confidence == Confidence::proven);
  CHECK(entry.finding.count >= 10);
  CHECK(entry.first_seen == leak.round.model.wall_of(leak.host.now()));
}

TEST_CASE("a captured leak is resolved as of the scan that sees it healed") {
  Leak leak;
  leak.wait_for_finding();
  leak.look_for(10min);
  REQUIRE(leak.finding()->active);
  leak.heal();
  CHECK_FALSE(leak.finding()->active);
  CHECK(leak.finding()->resolved_at == leak.healed);
}

TEST_CASE("scans that fail resolve nothing, and the finding goes on under its identity") {
  Leak leak;
  leak.wait_for_finding();
  const LedgerEntry before = *leak.finding();
  for (int i = 0; i < 50; ++i) CHECK_FALSE(leak.look(tl::unexpected(failure_of(ScanPart::live))));
  CHECK(leak.finding()->active);
  leak.look(leak.host.later(250s));
  REQUIRE(leak.findings().size() == 1);
  CHECK(leak.finding()->id == before.id);
  CHECK(leak.finding()->active);
  CHECK(leak.finding()->first_seen == before.first_seen);
}

TEST_CASE("what heals while scans fail is resolved by the next good ones") {
  Leak leak;
  leak.wait_for_finding();
  for (int i = 0; i < 3; ++i) leak.look(tl::unexpected(failure_of(ScanPart::totals)));
  leak.heal();
  CHECK_FALSE(leak.finding()->active);
}

TEST_CASE("a resolved finding is told until its retention has passed") {
  Leak leak;
  leak.wait_for_finding();
  leak.heal();
  while (!leak.host.ended()) leak.look(leak.host.next());
  const auto resolved = *leak.finding()->resolved_at;
  while (leak.round.model.wall + 5s - resolved < production().findings.retention) leak.look_for(5s);
  CHECK(leak.finding() != nullptr);
  leak.look_for(5s);
  CHECK(leak.finding() == nullptr);
}

TEST_CASE("settings that leave a process out resolve its findings in the next round") {
  Leak leak;
  leak.wait_for_finding();
  Config config = production();
  config.targets.exclude.push_back({.comm = "orders", .exe = "", .cgroup = "", .pid = {}, .port = {}});
  leak.pipeline.configure(config);
  CHECK(leak.finding()->active);
  leak.look_for(5s);
  CHECK_FALSE(leak.finding()->active);
  CHECK(leak.held().empty());
}

TEST_CASE("a process with the pid of one that is gone inherits none of its findings") {
  Leak leak;
  leak.wait_for_finding();
  const LedgerEntry former = *leak.finding();
  // The leaker exits; at once another program runs under its pid, which holds as many closed connections and opens no
  // more.
  const auto begin_ns = static_cast<std::uint64_t>(leak.host.now().time_since_epoch().count());
  const auto succeed = [&](Sample sample, bool first) {
    constexpr std::uint32_t serial = 1'000'000;
    for (ProcessSample& row : sample.processes) {
      if (row.process.serial != former.process.serial) continue;
      ProcessSample successor{};
      successor.process = row.process;
      successor.process.serial = serial;
      successor.process.first_seen_ns = begin_ns;
      row.process.exited_ns = begin_ns;
      row.retired = true;
      if (!first)
        row = successor;
      else
        sample.processes.push_back(successor);
      break;
    }
    ProcessFacts& facts = sample.facts.at(former.process.pid);
    facts.start_ticks += 100'000;
    facts.comm = "invoices";
    for (sw_connection& connection : sample.live) {
      sw_record& record = connection.record;
      if (record.process != former.process.serial) continue;
      record.process = serial;
      record.id += 1'000'000;
      record.birth_ns = record.established_ns = record.last_receive_ns = record.peer_closed_ns = begin_ns;
      connection.socket.last_arrival_ago_ns = connection.read_ns - begin_ns;
    }
    return sample;
  };
  leak.look(succeed(leak.host.later(5s), true));
  CHECK(leak.round.model.process_of_pid(former.process.pid)->identity.comm == "invoices");
  REQUIRE(leak.findings().size() == 1);
  CHECK_FALSE(leak.findings()[0].active);
  CHECK(leak.findings()[0].process.identity.comm == "orders");
  while (leak.host.now() <
         Instant(std::chrono::nanoseconds(begin_ns)) + 2 * thresholds_of(Profile::production).close_wait) {
    leak.look(succeed(leak.host.later(5s), false));
    REQUIRE(leak.findings().size() == 1);
    CHECK_FALSE(leak.findings()[0].active);
  }
}
