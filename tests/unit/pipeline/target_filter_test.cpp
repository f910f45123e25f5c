#include "agent/pipeline/target_filter.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace sockwarden;

namespace {

constexpr std::uint32_t orders = 1, nginx = 2;

ProcessSample process(std::uint32_t serial, const char* comm) {
  ProcessSample sample;
  sample.process.serial = serial;
  sample.process.tgid = 100 + serial;
  std::strncpy(sample.process.comm, comm, sizeof(sample.process.comm) - 1);
  return sample;
}

sw_connection connection(std::uint32_t serial, std::uint16_t local, std::uint16_t remote) {
  sw_connection raw{};
  raw.record.process = serial;
  raw.record.tgid = 100 + serial;
  raw.record.local.port = local;
  raw.record.remote.port = remote;
  return raw;
}

EndpointSample endpoint(std::uint32_t serial, std::uint16_t port) {
  EndpointSample sample;
  sample.key.process = serial;
  sample.key.remote.port = port;
  return sample;
}

/// Two processes, two connections each.
Sample two() {
  Sample sample;
  sample.processes = {process(orders, "orders"), process(nginx, "nginx")};
  sample.live = {connection(orders, 40000, 5432), connection(orders, 40001, 80), connection(nginx, 80, 50000),
                 connection(nginx, 443, 50001)};
  sample.endpoints = {endpoint(orders, 5432), endpoint(orders, 80), endpoint(nginx, 80), endpoint(nginx, 443)};
  sample.descriptors[101] = {};
  sample.descriptors[102] = {};
  return sample;
}

TargetRule rule(const std::string& comm, std::optional<std::uint16_t> port = {}) {
  return {.comm = comm, .exe = "", .cgroup = "", .pid = {}, .port = port};
}

Config::Targets including(std::vector<TargetRule> rules) { return {.include = std::move(rules), .exclude = {}}; }
Config::Targets excluding(std::vector<TargetRule> rules) { return {.include = {}, .exclude = std::move(rules)}; }

}  // namespace

TEST_CASE("without rules a sample stays as it is") {
  const Sample kept = TargetFilter({}).narrow(two());
  CHECK(kept.processes.size() == 2);
  CHECK(kept.live.size() == 4);
  CHECK(kept.endpoints.size() == 4);
  CHECK(kept.descriptors.size() == 2);
}

TEST_CASE("an excluded process leaves nothing") {
  const Sample kept = TargetFilter(excluding({rule("nginx")})).narrow(two());
  REQUIRE(kept.processes.size() == 1);
  CHECK(kept.processes[0].process.serial == orders);
  CHECK(kept.live.size() == 2);
  CHECK(kept.endpoints.size() == 2);
  CHECK(kept.descriptors.count(101) == 1);
  CHECK(kept.descriptors.count(102) == 0);
}

TEST_CASE("only included processes stay") {
  const Sample kept = TargetFilter(including({rule("ord*")})).narrow(two());
  REQUIRE(kept.processes.size() == 1);
  CHECK(kept.processes[0].process.serial == orders);
  CHECK(kept.live.size() == 2);
}

TEST_CASE("an excluded port hides connections and endpoints, and keeps the processes") {
  const Sample kept = TargetFilter(excluding({rule("", 80)})).narrow(two());
  CHECK(kept.processes.size() == 2);
  REQUIRE(kept.live.size() == 2);
  CHECK(kept.live[0].record.remote.port == 5432);
  CHECK(kept.live[1].record.local.port == 443);
  CHECK(kept.endpoints.size() == 2);
}

TEST_CASE("an included port lets in the processes that use it, with that port alone") {
  const Sample kept = TargetFilter(including({rule("", 5432)})).narrow(two());
  REQUIRE(kept.processes.size() == 1);
  CHECK(kept.processes[0].process.serial == orders);
  REQUIRE(kept.live.size() == 1);
  CHECK(kept.live[0].record.remote.port == 5432);
  CHECK(kept.endpoints.size() == 1);
}

TEST_CASE("a process let in by a port stays in when the port is no longer used") {
  TargetFilter filter(including({rule("", 5432)}));
  CHECK(filter.narrow(two()).processes.size() == 1);
  Sample later = two();
  later.live.clear();
  later.endpoints.clear();
  CHECK(filter.narrow(later).processes.size() == 1);
}

TEST_CASE("a process of a rule on exe waits for /proc to name it") {
  TargetRule by_exe;
  by_exe.exe = "/usr/bin/orders";
  TargetFilter filter(including({by_exe}));
  CHECK(filter.narrow(two()).processes.empty());
  Sample later = two();
  later.facts[101].pid = 101;
  later.facts[101].exe = "/usr/bin/orders";
  CHECK(filter.narrow(later).processes.size() == 1);
  CHECK(filter.narrow(later).live.size() == 2);
}

TEST_CASE("a socket without a known owner is shown unless includes ask for a name") {
  Sample sample;
  sample.live = {connection(0, 1, 2)};
  sample.live[0].record.tgid = 0;
  CHECK(TargetFilter(excluding({rule("nginx")})).narrow(sample).live.size() == 1);
  CHECK(TargetFilter(including({rule("nginx")})).narrow(sample).live.empty());
}
