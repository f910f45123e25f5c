#include "agent/cli/watch_session.h"

#include <catch2/catch.hpp>

#include "agent/cli/watch_report.h"
#include "agent/publish/json.h"
#include "agent/reader/local_reader.h"
#include "tests/twin/memory_kernel.h"
#include "tests/unit/cli/full_listener.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

constexpr std::uint32_t pid = 4'000'000;

struct Watch {
  World world;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  WatchSession session{
      Pipeline(std::make_unique<MemoryKernel>(script), std::make_unique<LocalReader>(), development())};

  Watch() {
    full_listener(world, world.start(pid, "orders"));
    session.follow(pid);
  }
  void scan(int times = 1) {
    for (; times > 0; --times) {
      world.now_ns += second_ns;
      script->push_back(world.scan());
      CHECK(session.step().has_value());
    }
  }
  void fail(int times = 1) {
    for (; times > 0; --times) {
      script->push_back(tl::unexpected(failure_of(ScanPart::live)));
      CHECK_FALSE(session.step().has_value());
    }
  }
  [[nodiscard]] Json report() const { return Json::parse(report_of(session, true)); }
};

}  // namespace

TEST_CASE("a watch of which scans failed keeps its findings and says how many failed and why") {
  Watch watch;
  watch.scan(6);
  watch.fail(3);
  const Json report = watch.report();
  CHECK(report["watched"] == true);
  CHECK(report["findings"].size() == 1);
  CHECK(report["scans"]["done"] == 6);
  CHECK(report["scans"]["failed"] == 3);
  CHECK(report["scans"]["reason"] == "cannot open the iterator descriptor_seen: Operation not permitted");
  CHECK(report_of(watch.session, false).find("Note: 3 of 9 scans failed") != std::string::npos);
}

TEST_CASE("a watch of which every scan was good has no note of scans") {
  Watch watch;
  watch.scan(2);
  const Json report = watch.report();
  CHECK(report["scans"]["failed"] == 0);
  CHECK(report["scans"]["reason"].is_null());
  CHECK(report_of(watch.session, false).find("scans failed") == std::string::npos);
}

TEST_CASE("what ran unwatched has a report that says so, and no findings") {
  const Json report = Json::parse(report_of_unwatched("cannot load the kernel programs", true));
  CHECK(report["watched"] == false);
  CHECK(report["reason"] == "cannot load the kernel programs");
  CHECK(report["findings"] == Json::array());
  CHECK(report_of_unwatched("cannot load the kernel programs", false).empty());
}
