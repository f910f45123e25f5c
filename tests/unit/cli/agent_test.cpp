#include "agent/cli/agent.h"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/reader/local_reader.h"
#include "tests/twin/memory_kernel.h"
#include "tests/unit/cli/full_listener.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

/// What is logged while it lives.
class Logged {
 public:
  Logged() : former_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_pattern("%l %v");
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::move(sink)));
  }
  ~Logged() { spdlog::set_default_logger(former_); }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;

  [[nodiscard]] std::vector<std::string> lines(const std::string& with) const {
    std::vector<std::string> found;
    std::istringstream all(text_.str());
    for (std::string line; std::getline(all, line);)
      if (line.find(with) != std::string::npos) found.push_back(line);
    return found;
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> former_;
};

/// An agent on a host of which one program has a full accept queue.
struct Watched {
  Logged logged;
  World world;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
  Agent agent{Pipeline(std::make_unique<MemoryKernel>(script), std::make_unique<LocalReader>(), development()),
              snapshot, WallTime{}};

  Watched() {
    agent.configure(development(), ConfigState{});
    full_listener(world, world.start(4'000'000, "orders"));
  }
  void scan(int times = 1) {
    for (; times > 0; --times) {
      world.now_ns += second_ns;
      script->push_back(world.scan());
      agent.step();
    }
  }
  void fail(ScanPart part, int times = 1, const std::string& object = "descriptor_seen") {
    for (; times > 0; --times) {
      world.now_ns += second_ns;
      script->push_back(tl::unexpected(failure_of(part, object)));
      agent.step();
    }
  }
  [[nodiscard]] std::optional<std::string> why_not_ready() const {
    return sockwarden::why_not_ready(snapshot->scan_health(), Instant(std::chrono::nanoseconds(world.now_ns)));
  }
  [[nodiscard]] std::uint64_t failures(const std::string& part) const {
    return snapshot->scan_health().failures.at(part);
  }
};

}  // namespace

TEST_CASE("a scan that fails changes nothing of what is published") {
  Watched watched;
  watched.scan(6);
  const auto before = watched.snapshot->latest();
  REQUIRE(before->findings.size() == 1);
  REQUIRE(before->findings.front().active);
  watched.fail(ScanPart::live, 20);
  CHECK(watched.snapshot->latest() == before);
}

TEST_CASE("a finding goes on under its identity after scans that failed") {
  Watched watched;
  watched.scan(6);
  const LedgerEntry before = watched.snapshot->latest()->findings.at(0);
  watched.fail(ScanPart::totals, 20);
  watched.scan();
  const LedgerEntry after = watched.snapshot->latest()->findings.at(0);
  CHECK(after.id == before.id);
  CHECK(after.active);
  CHECK(after.first_seen == before.first_seen);
  CHECK(watched.logged.lines("resolved").empty());
}

TEST_CASE("what heals while scans fail is resolved by the good ones that follow") {
  Watched watched;
  watched.scan(6);
  watched.fail(ScanPart::live, 3);
  watched.world.connection(1).socket.accept_queue = 0;
  watched.scan(12);
  CHECK_FALSE(watched.snapshot->latest()->findings.at(0).active);
}

TEST_CASE("failed scans are counted by part") {
  Watched watched;
  watched.scan();
  watched.fail(ScanPart::live, 2);
  watched.fail(ScanPart::losses);
  watched.scan();
  CHECK(watched.failures("live") == 2);
  CHECK(watched.failures("losses") == 1);
  CHECK(watched.snapshot->scan_health().done == 2);
}

TEST_CASE("scans that are good count no failure, and every part shows 0") {
  Watched watched;
  watched.scan(3);
  const ScanHealth health = watched.snapshot->scan_health();
  CHECK(health.failures == std::map<std::string, std::uint64_t>{
                               {"descriptors", 0}, {"live", 0}, {"totals", 0}, {"losses", 0}, {"endings", 0}});
  CHECK_FALSE(health.failing.has_value());
  CHECK(watched.logged.lines("scan").empty());
}

TEST_CASE("an agent whose scans fail is not ready after three intervals, and ready with the next good one") {
  Watched watched;
  watched.scan();
  watched.fail(ScanPart::descriptors, 4);
  REQUIRE(watched.why_not_ready().has_value());
  CHECK(watched.why_not_ready()->find("Operation not permitted") != std::string::npos);
  watched.scan();
  CHECK_FALSE(watched.why_not_ready().has_value());
}

TEST_CASE("a failed scan between good ones leaves the agent ready") {
  Watched watched;
  watched.scan();
  watched.fail(ScanPart::descriptors, 2);
  CHECK_FALSE(watched.why_not_ready().has_value());
}

TEST_CASE("a reload that changes the interval changes how long a good scan stands for now") {
  Watched watched;
  watched.scan();
  watched.fail(ScanPart::descriptors, 4);
  Config slower = development();
  slower.kernel.scan_interval = std::chrono::seconds(10);
  watched.agent.configure(slower, ConfigState{});
  CHECK_FALSE(watched.why_not_ready().has_value());
}

TEST_CASE("where the first scan fails nothing is published, and the reason is known") {
  Watched watched;
  watched.fail(ScanPart::totals);
  CHECK(watched.snapshot->latest() == nullptr);
  REQUIRE(watched.why_not_ready().has_value());
  CHECK(watched.why_not_ready()->find("(totals): cannot open the iterator") != std::string::npos);
  watched.scan();
  CHECK_FALSE(watched.why_not_ready().has_value());
}

TEST_CASE("failing scans are logged once a change, and once when they are good again") {
  Watched watched;
  watched.scan();
  watched.fail(ScanPart::live, 3);
  CHECK(watched.logged.lines("error scans fail").size() == 1);
  watched.fail(ScanPart::live, 3, "scan_sockets");
  watched.fail(ScanPart::totals, 3, "scan_sockets");
  CHECK(watched.logged.lines("error scans fail").size() == 3);
  watched.scan(3);
  const auto good = watched.logged.lines("good again");
  REQUIRE(good.size() == 1);
  CHECK(good.front() == "info scans are good again, after 9 that failed");
  watched.fail(ScanPart::totals, 1, "scan_sockets");
  CHECK(watched.logged.lines("error scans fail").size() == 4);
}
