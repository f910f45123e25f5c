#include "agent/config/load.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "agent/config/setting.h"

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const int fd = mkstemp(path_.data());
    REQUIRE(fd >= 0);
    REQUIRE(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    close(fd);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/sockwarden-config-XXXXXX";
};

/// A folder with sockwarden.yaml and conf.d.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    REQUIRE(mkdtemp(path_.data()) != nullptr);
    std::filesystem::create_directory(path_ + "/conf.d");
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

 private:
  std::string path_ = "/tmp/sockwarden-config-XXXXXX";
};

}  // namespace

TEST_CASE("files of conf.d are laid on top by name: values replace, rules are added") {
  const TemporaryFolder folder;
  const std::string file = folder.write("sockwarden.yaml", "log: {level: warn}\ntargets: {exclude: [{comm: a}]}\n");
  const std::string first =
      folder.write("conf.d/10-team.yaml", "log: {level: error}\ntargets: {exclude: [{comm: b}]}\n");
  const std::string second = folder.write("conf.d/20-host.yaml", "\nlog: {level: debug}\n");
  static_cast<void>(folder.write("conf.d/notes.txt", "no configuration"));
  const LoadedConfig loaded = load_config({.file = file, .environment = {}, .flags = {}}).value();
  CHECK(loaded.config.log.level == "debug");
  REQUIRE(loaded.config.targets.exclude.size() == 2);
  CHECK(loaded.config.targets.exclude[1].comm == "b");
  CHECK(loaded.origins.at("log.level").source == second + ":2");
  CHECK(loaded.origins.at("targets.exclude").text == "2 rules");
  CHECK(loaded.origins.at("targets.exclude").source == file + ":2, " + first + ":2");
}

TEST_CASE("a fault in conf.d is told with its file and line") {
  const TemporaryFolder folder;
  const std::string file = folder.write("sockwarden.yaml", "");
  const std::string wrong = folder.write("conf.d/wrong.yaml", "log:\n  level: loud\n");
  const auto loaded = load_config({.file = file, .environment = {}, .flags = {}});
  REQUIRE_FALSE(loaded.has_value());
  CHECK(loaded.error().message().find(wrong + ":2") != std::string::npos);
}

TEST_CASE("each value says where it comes from, and a default is not among the origins") {
  const TemporaryFile file("log: {level: warn}\n");
  ConfigSources sources{.file = file.path(), .environment = {}, .flags = {}};
  sources.environment = {{"SOCKWARDEN_PROFILE", "development"}};
  sources.flags = {{"web.listen_addresses", {":1", ":2"}}};
  const ValueOrigins origins = load_config(sources).value().origins;
  CHECK(origins.at("log.level").source == file.path() + ":1");
  CHECK(origins.at("log.level").text == "warn");
  CHECK(origins.at("profile").source == "SOCKWARDEN_PROFILE");
  CHECK(origins.at("web.listen_addresses").source == "--web.listen-address");
  CHECK(origins.at("web.listen_addresses").text == ":1,:2");
  CHECK(origins.count("findings.retention") == 0);
}

TEST_CASE("flags win over the environment, which wins over the file, which wins over defaults") {
  const TemporaryFile file(
      "log: {level: warn}\nkernel: {max_processes: 11, max_endpoints: 12}\nmetrics: {endpoints_per_process: 13}\n");
  ConfigSources sources{.file = file.path(), .environment = {}, .flags = {}};
  sources.environment = {{"SOCKWARDEN_LOG_LEVEL", "error"}, {"SOCKWARDEN_KERNEL_MAX_PROCESSES", "21"}};
  sources.flags = {{"log.level", {"debug"}}};
  const Config config = load_config(sources).value().config;
  CHECK(config.log.level == "debug");
  CHECK(config.kernel.max_processes == 21);
  CHECK(config.kernel.max_endpoints == 12);
  CHECK(config.kernel.max_sockets == Config{}.kernel.max_sockets);
}

TEST_CASE("values that are by profile follow the profile that wins") {
  const TemporaryFile file("profile: production\nthresholds: {leak: 7s}\n");
  ConfigSources sources{.file = file.path(), .environment = {}, .flags = {}};
  CHECK(load_config(sources)->config.kernel.scan_interval == 5s);
  CHECK(load_config(sources)->config.thresholds.wait == 30s);
  sources.flags = {{"profile", {"development"}}};
  const Config config = load_config(sources).value().config;
  CHECK(config.kernel.scan_interval == 1s);
  CHECK(config.thresholds.wait == 4s);
  CHECK(config.thresholds.leak == 7s);
  CHECK(config.thresholds.leak_count == 3);
}

TEST_CASE("lists come from repeated flags and from commas in the environment") {
  ConfigSources sources;
  sources.environment = {{"SOCKWARDEN_WEB_LISTEN_ADDRESSES", "127.0.0.1:1,[::1]:2"}};
  CHECK(load_config(sources)->config.web.listen_addresses == std::vector<std::string>{"127.0.0.1:1", "[::1]:2"});
  sources.flags = {{"web.listen_addresses", {":3", ":4"}}};
  CHECK(load_config(sources)->config.web.listen_addresses == std::vector<std::string>{":3", ":4"});
}

TEST_CASE("a bad value names the variable or the flag that gave it") {
  ConfigSources sources;
  sources.environment = {{"SOCKWARDEN_LOG_LEVEL", "loud"}};
  CHECK(load_config(sources).error().message().find("SOCKWARDEN_LOG_LEVEL") != std::string::npos);
  sources.environment.clear();
  sources.flags = {{"kernel.ring_bytes", {"5000"}}};
  CHECK(load_config(sources).error().message().find("--ring-bytes") != std::string::npos);
}

TEST_CASE("an unknown variable of ours is a warning that names the nearest one") {
  ConfigSources sources;
  sources.environment = {{"SOCKWARDEN_LOG_LEVLE", "info"}, {"OTHER", "x"}};
  const auto loaded = load_config(sources);
  REQUIRE(loaded->warnings.size() == 1);
  CHECK(loaded->warnings[0].find("did you mean SOCKWARDEN_LOG_LEVEL?") != std::string::npos);
}

TEST_CASE("variables that Kubernetes makes for a service of our name are no mistake") {
  ConfigSources sources;
  sources.environment = {{"SOCKWARDEN_SERVICE_HOST", "10.0.0.1"},
                         {"SOCKWARDEN_PORT", "tcp://10.0.0.1:10180"},
                         {"SOCKWARDEN_PORT_10180_TCP_ADDR", "10.0.0.1"}};
  CHECK(load_config(sources)->warnings.empty());
}

TEST_CASE("every setting has its own key, variable and flag") {
  std::map<std::string, int> seen;
  for (const Setting& setting : settings()) {
    CHECK(++seen[setting.key] == 1);
    CHECK(++seen[setting.variable()] == 1);
    if (!setting.flag.empty()) CHECK(++seen[setting.flag] == 1);
  }
}
