#include "agent/config/target.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

TargetSubject orders() {
  return {.comm = "orders",
          .exe = "/usr/bin/orders",
          .cgroup = "/system.slice/orders.service",
          .pid = 42,
          .ports = {40000, 8080},
          .endpoint = "10.0.0.7:8080"};
}

TargetRule comm(const std::string& pattern) {
  TargetRule rule;
  rule.comm = pattern;
  return rule;
}

}  // namespace

TEST_CASE("a rule matches when all that it gives matches") {
  TargetRule rule = comm("ord*");
  CHECK(matches(rule, orders()));
  rule.exe = "/usr/*";
  rule.cgroup = "/system.slice/*";
  rule.pid = 42;
  rule.port = 8080;
  CHECK(matches(rule, orders()));
  rule.port = 40000;
  CHECK(matches(rule, orders()));
}

TEST_CASE("a rule does not match when one thing that it gives differs") {
  CHECK_FALSE(matches(comm("order"), orders()));
  TargetRule rule = comm("orders");
  rule.exe = "/opt/*";
  CHECK_FALSE(matches(rule, orders()));
  rule = comm("orders");
  rule.cgroup = "/user.slice/*";
  CHECK_FALSE(matches(rule, orders()));
  rule = comm("orders");
  rule.pid = 43;
  CHECK_FALSE(matches(rule, orders()));
  rule = comm("orders");
  rule.port = 80;
  CHECK_FALSE(matches(rule, orders()));
}

TEST_CASE("what is unknown matches no pattern, not even a star") {
  CHECK_FALSE(matches(comm("*"), TargetSubject{}));
  TargetRule rule;
  rule.pid = 42;
  CHECK_FALSE(matches(rule, TargetSubject{}));
  CHECK(matches(TargetRule{}, TargetSubject{}));
}

TEST_CASE("everything is a target by default") {
  CHECK(is_target({}, orders()));
  CHECK(is_target({}, TargetSubject{}));
}

TEST_CASE("with includes only what they match is a target") {
  Config::Targets targets;
  targets.include = {comm("nginx"), comm("orders")};
  CHECK(is_target(targets, orders()));
  targets.include = {comm("nginx")};
  CHECK_FALSE(is_target(targets, orders()));
}

TEST_CASE("an exclude wins over an include") {
  Config::Targets targets;
  targets.include = {comm("*")};
  targets.exclude = {comm("orders")};
  CHECK_FALSE(is_target(targets, orders()));
  targets.exclude = {comm("nginx")};
  CHECK(is_target(targets, orders()));
}

TEST_CASE("the first override that matches wins, field by field") {
  Config config = with_profile({});
  ThresholdOverride first, second, third;
  first.match = comm("orders");
  first.wait = 1s;
  second.match = comm("ord*");
  second.endpoint = "10.0.0.7:*";
  second.wait = 2s;
  second.leak = 3s;
  third.match = comm("nginx");
  third.leak_count = 99;
  config.overrides = {first, second, third};
  const Thresholds chosen = thresholds_for(config, orders());
  CHECK(chosen.wait == 1s);
  CHECK(chosen.leak == 3s);
  CHECK(chosen.close_wait == 60s);
  CHECK(chosen.leak_count == 10);
}

TEST_CASE("an override for one endpoint leaves the others alone") {
  Config config = with_profile({});
  ThresholdOverride only;
  only.endpoint = "10.0.0.7:*";
  only.wait = 9s;
  config.overrides = {only};
  CHECK(thresholds_for(config, orders()).wait == 9s);
  TargetSubject other = orders();
  other.endpoint = "10.0.0.8:8080";
  CHECK(thresholds_for(config, other).wait == 30s);
}

TEST_CASE("the profiles have the thresholds that the documentation states") {
  CHECK(thresholds_of(Profile::production) == Thresholds{30s, 60s, 60s, 1h, 10});
  CHECK(thresholds_of(Profile::development) == Thresholds{4s, 4s, 4s, 60s, 3});
}

TEST_CASE("a finding is muted by the first entry that matches all of it and has not run out") {
  const auto now = std::chrono::system_clock::time_point(1000s);
  Config::Findings findings;
  const auto muted_as = [&](const std::string& class_name) -> std::string {
    const Mute* mute = mute_of(findings, class_name, orders(), now);
    return mute == nullptr ? "" : mute->reason;
  };
  findings.mute = {{"fd-leak", comm("other"), "", {}, "another program"},
                   {"fd-leak", comm("ord*"), "10.0.0.8:*", {}, "another endpoint"},
                   {"fd-leak", comm("ord*"), "10.0.0.7:*", now, "over"},
                   {"fd-leak", comm("ord*"), "10.0.0.7:*", now + 1s, "the one"},
                   {"", comm("orders"), "", {}, "whatever it is"}};
  CHECK(muted_as("fd-leak") == "the one");
  CHECK(muted_as("pool-churn") == "whatever it is");
  findings.mute.pop_back();
  CHECK(muted_as("pool-churn").empty());
}
