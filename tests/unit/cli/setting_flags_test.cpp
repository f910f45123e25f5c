#include "agent/cli/setting_flags.h"

#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

Config parsed(std::vector<std::string> arguments) {
  CLI::App app;
  SettingFlags flags;
  flags.declare_all(app);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  ConfigSources sources = flags.sources();
  sources.file.clear();
  sources.environment.clear();
  return load_config(sources).value().config;
}

}  // namespace

TEST_CASE("flags set what they name and nothing else") {
  CHECK(parsed({}) == with_profile({}));
  const Config config =
      parsed({"--profile", "development", "--web.listen-address", "127.0.0.1:0", "--web.listen-address=[::1]:0",
              "--web.systemd-socket", "--log.level=debug", "--ring-bytes", "4KiB", "--max-endpoints", "7",
              "--max-processes", "8", "--no-protocol-parser"});
  CHECK(config.profile == Profile::development);
  CHECK(config.web.listen_addresses == std::vector<std::string>{"127.0.0.1:0", "[::1]:0"});
  CHECK(config.web.systemd_socket);
  CHECK(config.log.level == "debug");
  CHECK(config.kernel.ring_bytes == 4096);
  CHECK(config.kernel.max_endpoints == 7);
  CHECK(config.kernel.max_processes == 8);
  CHECK_FALSE(config.kernel.protocol_parser);
  CHECK(config.kernel.stacks);
}

TEST_CASE("the file is the one of the flag") {
  CLI::App app;
  SettingFlags flags;
  flags.declare_all(app);
  app.parse(std::vector<std::string>{"/x.yaml", "--config"});
  CHECK(flags.sources().file == "/x.yaml");
}

TEST_CASE("hidden flags are not in the help, the others are") {
  CLI::App app;
  SettingFlags flags;
  flags.declare_all(app);
  const std::string help = app.help();
  for (const char* shown : {"--config", "--web.listen-address", "--profile"}) {
    CHECK(help.find(shown) != std::string::npos);
  }
  for (const char* hidden : {"--ring-bytes", "--kernel-variant", "--no-protocol-parser", "--max-endpoints"}) {
    CHECK(help.find(hidden) == std::string::npos);
  }
}

TEST_CASE("a kernel variant is a list of the poorer choices") {
  const KernelVariant none = parse_variant("").value();
  CHECK_FALSE((none.force_hash || none.force_receive_only || none.force_no_reason || none.force_no_cast));
  const KernelVariant all = parse_variant("no-reason,hash,no-cast,receive-only").value();
  CHECK((all.force_hash && all.force_receive_only && all.force_no_reason && all.force_no_cast));
  const KernelVariant one = parse_variant("hash").value();
  CHECK((one.force_hash && !one.force_receive_only && !one.force_no_reason));
  CHECK(parse_variant("hahs").error().message().find("did you mean \"hash\"?") != std::string::npos);
}

TEST_CASE("the kernel side gets the configured sizes") {
  Config::Kernel config;
  config.ring_bytes = 4096;
  config.max_sockets = 1;
  config.max_processes = 2;
  config.max_endpoints = 3;
  config.protocol_parser = false;
  const KernelOptions options = kernel_options(config, parse_variant("hash").value());
  CHECK(options.ring_bytes == 4096);
  CHECK(options.max_sockets == 1);
  CHECK(options.max_processes == 2);
  CHECK(options.max_endpoints == 3);
  CHECK_FALSE(options.protocol_parser);
  CHECK(options.stacks);
  CHECK(options.variant.force_hash);
}
