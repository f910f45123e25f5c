#include "agent/cli/reload.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

TEST_CASE("a reload takes over what a running agent can change") {
  const Config running = with_profile({});
  Config next = running;
  next.kernel.scan_interval = 1s;
  next.log.level = "debug";
  next.thresholds.wait = 1s;
  next.targets.exclude = {TargetRule{.comm = "x", .exe = "", .cgroup = "", .pid = {}, .port = {}}};
  next.metrics.endpoints_per_process = 3;
  const Reload taken = reload(running, next);
  CHECK(taken.config == next);
  CHECK(taken.needs_restart.empty());
}

TEST_CASE("what needs a restart stays as it is and is named") {
  const Config running = with_profile({});
  Config next = running;
  next.kernel.ring_bytes = 4096;
  next.web.listen_addresses = {":1"};
  next.log.level = "debug";
  const Reload taken = reload(running, next);
  CHECK(taken.needs_restart == std::vector<std::string>{"web.listen_addresses", "kernel.ring_bytes"});
  CHECK(taken.config.kernel.ring_bytes == running.kernel.ring_bytes);
  CHECK(taken.config.web == running.web);
  CHECK(taken.config.log.level == "debug");
}
