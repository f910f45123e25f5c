#include "agent/config/file.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

std::string error_of(const std::string& text) {
  const auto config = parse_config(text, "file.yaml");
  REQUIRE_FALSE(config.has_value());
  return config.error().message();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an empty file gives the defaults") {
  CHECK(parse_config("", "file.yaml").value() == Config{});
  CHECK(parse_config("# nothing\n", "file.yaml").value() == Config{});
}

TEST_CASE("each kind of value is read") {
  const Config config = parse_config(R"(
profile: development
web: {listen_addresses: ["127.0.0.1:0"], config_file: web.yml}
log: {level: debug, format: json}
kernel: {scan_interval: 200ms, ring_bytes: 4KiB, max_sockets: 7, protocol_parser: false}
metrics: {endpoints_per_process: 3}
findings: {retention: 1h}
thresholds: {wait: 2m, leak_count: 5}
targets:
  include: [{comm: "ord*", port: 80}]
  exclude: [{pid: 1}, {cgroup: "/system.slice/*", exe: /bin/x}]
overrides:
  - {match: {comm: a, endpoint: "10.*:80"}, wait: 1s}
)",
                                     "file.yaml")
                            .value();
  CHECK(config.profile == Profile::development);
  CHECK(config.web.listen_addresses == std::vector<std::string>{"127.0.0.1:0"});
  CHECK(config.web.config_file == "web.yml");
  CHECK(config.log.level == "debug");
  CHECK(config.log.format == LogFormat::json);
  CHECK(config.kernel.scan_interval == 200ms);
  CHECK(config.kernel.ring_bytes == 4096);
  CHECK(config.kernel.max_sockets == 7);
  CHECK_FALSE(config.kernel.protocol_parser);
  CHECK(config.kernel.stacks);
  CHECK(config.metrics.endpoints_per_process == 3);
  CHECK(config.findings.retention == 1h);
  CHECK(config.thresholds.wait == 2min);
  CHECK(config.thresholds.leak_count == 5);
  REQUIRE(config.targets.include.size() == 1);
  CHECK(config.targets.include[0].comm == "ord*");
  CHECK(config.targets.include[0].port == 80);
  REQUIRE(config.targets.exclude.size() == 2);
  CHECK(config.targets.exclude[0].pid == 1);
  CHECK(config.targets.exclude[1].exe == "/bin/x");
  REQUIRE(config.overrides.size() == 1);
  CHECK(config.overrides[0].endpoint == "10.*:80");
  CHECK(config.overrides[0].wait == 1s);
  CHECK_FALSE(config.overrides[0].leak);
}

TEST_CASE("an unknown key is an error with file, line and the nearest key") {
  const std::string top = error_of("profile: production\nkernal: {}\n");
  CHECK(has(top, "file.yaml:2: unknown key \"kernal\""));
  CHECK(has(top, "did you mean \"kernel\"?"));
  const std::string below = error_of("log:\n  level: info\n  formatt: json\n");
  CHECK(has(below, "file.yaml:3: unknown key \"log.formatt\""));
  CHECK(has(below, "did you mean \"format\"?"));
  CHECK(has(error_of("targets:\n  include:\n    - com: x\n"), "file.yaml:3: unknown key \"targets.include.com\""));
  CHECK(has(error_of("overrides:\n  - match: {endpont: x}\n    wait: 1s\n"), "did you mean \"endpoint\"?"));
}

TEST_CASE("a wrong type is an error with its line and what was expected") {
  CHECK(has(error_of("log: loud\n"), "file.yaml:1: log must be a map of keys, it is one value"));
  CHECK(has(error_of("log:\n  level: [info]\n"), "file.yaml:2: log.level must be one value, it is a list"));
  CHECK(has(error_of("log:\n  level:\n"), "log.level must be one value, it is nothing"));
  CHECK(has(error_of("web:\n  listen_addresses: {a: b}\n"), "must be a list, it is a map"));
  CHECK(has(error_of("targets:\n  include: orders\n"), "targets.include must be a list of rules"));
  CHECK(has(error_of("- a\n- b\n"), "the file must be a map of keys, it is a list"));
}

TEST_CASE("a wrong value is an error with its line and what is allowed") {
  CHECK(has(error_of("\nprofile: prod\n"), "file.yaml:2: profile: \"prod\" is no profile"));
  CHECK(has(error_of("kernel: {scan_interval: 5}"), "kernel.scan_interval: \"5\" is no duration"));
  CHECK(has(error_of("kernel: {scan_interval: 1ms}"), "is not between 100ms and 7d"));
  CHECK(has(error_of("kernel: {ring_bytes: 5000}"), "is no power of two"));
  CHECK(has(error_of("kernel: {ring_bytes: 1MB}"), "\"1MB\" is no size"));
  CHECK(has(error_of("kernel: {protocol_parser: maybe}"), "neither true nor false"));
  CHECK(has(error_of("kernel: {max_processes: -1}"), "is no whole number between 1 and"));
  CHECK(has(error_of("web: {listen_addresses: [localhost]}"), "\"localhost\" has no port"));
  CHECK(has(error_of("web: {listen_addresses: [\"::1:80\"]}"), "\"::1:80\" is no address"));
  CHECK(has(error_of("web: {listen_addresses: [\"h:65536\"]}"), "has no port between 0 and 65535"));
  CHECK(has(error_of("targets: {include: [{port: 0}]}"), "targets.include.port: \"0\" is no whole number"));
}

TEST_CASE("a rule that matches everything, and an override that changes nothing, are errors") {
  CHECK(has(error_of("targets:\n  exclude:\n    - {}\n"), "file.yaml:3: a rule of targets.exclude is empty"));
  CHECK(has(error_of("overrides:\n  - match: {comm: a}\n"), "file.yaml:2: an override changes nothing"));
}

TEST_CASE("a mute has what it is about, until when and why") {
  const Config config = parse_config(R"(
findings:
  mute:
    - {class: pool-churn, match: {comm: "rep*", endpoint: "10.0.0.7:*"}, until: 2027-03-01T12:30:00Z, reason: "known: OPS-1"}
    - {match: {cgroup: "/kubepods/*", port: 80}, until: 2027-03-01, reason: a test host}
    - {class: fd-leak, reason: for ever}
)",
                                     "file.yaml")
                            .value();
  const auto& mutes = config.findings.mute;
  REQUIRE(mutes.size() == 3);
  CHECK(mutes[0].class_name == "pool-churn");
  CHECK(mutes[0].match.comm == "rep*");
  CHECK(mutes[0].endpoint == "10.0.0.7:*");
  CHECK(std::chrono::system_clock::to_time_t(mutes[0].until.value()) == 1803904200);
  CHECK(mutes[0].reason == "known: OPS-1");
  CHECK(mutes[1].class_name.empty());
  CHECK(mutes[1].match.port == 80);
  CHECK(std::chrono::system_clock::to_time_t(mutes[1].until.value()) == 1803859200);
  CHECK_FALSE(mutes[2].until.has_value());
}

TEST_CASE("a rule of names has what it matches and the name") {
  const Config config =
      parse_config("identity: {rules: [{comm: perl, command_line: \"* /srv/x/*\", service: x}]}", "file.yaml").value();
  REQUIRE(config.identity.rules.size() == 1);
  CHECK(config.identity.rules[0].match.comm == "perl");
  CHECK(config.identity.rules[0].command_line == "* /srv/x/*");
  CHECK(config.identity.rules[0].service == "x");
  CHECK(has(error_of("identity: {rules: [{service: x}]}"), "a rule of identity.rules is empty"));
  CHECK(has(error_of("identity: {rules: [{comm: x}]}"), "a rule of identity.rules gives no name"));
  CHECK(has(error_of("identity: {rules: [{pid: 1, service: x}]}"), "unknown key \"identity.rules.pid\""));
}

TEST_CASE("a mute of everything, without a reason, of no class or until no time is an error") {
  CHECK(has(error_of("findings:\n  mute:\n    - {reason: x}\n"),
            "file.yaml:3: an entry of findings.mute mutes everything"));
  CHECK(has(error_of("findings: {mute: [{class: fd-leak}]}"), "an entry of findings.mute has no reason"));
  const std::string no_class = error_of("findings: {mute: [{class: fd-leek, reason: x}]}");
  CHECK(has(no_class, "findings.mute.class: \"fd-leek\" is no class of findings"));
  CHECK(has(no_class, "did you mean \"fd-leak\"?"));
  for (const char* time :
       {"tomorrow", "2027-02-30", "2027-13-01", "2027-03-01T12:30:00", "2027-03-01T25:00:00Z", "\"\""})
    CHECK(has(error_of("findings: {mute: [{class: fd-leak, reason: x, until: " + std::string(time) + "}]}"),
              "is no time"));
  CHECK(has(error_of("findings: {mute: [{clas: fd-leak, reason: x}]}"), "did you mean \"class\"?"));
}

TEST_CASE("broken YAML is one sentence with its line") {
  const std::string error = error_of("log:\n  level: [info\nweb: {}\n");
  CHECK(has(error, "cannot read the configuration file.yaml:"));
  CHECK(has(error, "broken YAML"));
  CHECK_FALSE(has(error, "\n"));
  CHECK(has(error_of("profile: production\nprofile: production\n"), "file.yaml:2: key \"profile\" stands twice"));
  CHECK(has(error_of("profile: production\n---\nprofile: production\n"), "more than one document"));
  CHECK(has(error_of(", port: 5432}]\n"), "more than one document"));  // YAML::LoadAll() does not come back
}

TEST_CASE("a file that cannot be read is named with the reason") {
  const auto missing = read_config("/nonexistent/file.yaml");
  REQUIRE_FALSE(missing.has_value());
  CHECK(has(missing.error().message(), "/nonexistent/file.yaml: No such file or directory"));
  CHECK_FALSE(read_config("/").has_value());
}
