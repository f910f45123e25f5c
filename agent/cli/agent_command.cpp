#include <spdlog/spdlog.h>

#include <csignal>
#include <memory>

#include "agent/cli/agent.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/confinement.h"
#include "agent/cli/daemon.h"
#include "agent/cli/log.h"
#include "agent/cli/setting_flags.h"
#include "agent/publish/heap.h"
#include "agent/reader/child_reader.h"

namespace sockwarden {
namespace {

/// On stderr for people, and in the log where that is JSON.
int fatal(const Error& error, const Config& config) {
  if (logs_json(config.log)) spdlog::critical("{}", error.message());
  return complain(error, exit_runtime);
}

void report_missing(const std::vector<HookStatus>& hooks) {
  for (const HookStatus& hook : hooks) {
    if (!hook.attached) spdlog::warn("{} is not attached: {}; lost: {}", hook.name, hook.reason, hook.lost);
  }
}

int run(const SettingFlags& flags) {
  const ConfigSources sources = flags.sources();
  const auto loaded = load_config(sources);
  if (!loaded) return complain(loaded.error(), exit_usage);
  const auto variant = flags.variant();
  if (!variant) return complain(variant.error(), exit_usage);
  const Config& config = loaded->config;
  open_log(config.log);
  for (const std::string& warning : loaded->warnings) spdlog::warn("{}", warning);

  set_up_heap();
  std::signal(SIGPIPE, SIG_IGN);
  const Signals signals;
  const WallTime started = std::chrono::system_clock::now();
  const auto snapshot = std::make_shared<Snapshot>();
  auto web = WebServer::open(config.web, Content{snapshot, log_lines_dropped});
  if (!web) return fatal(web.error(), config);
  (*web)->configure(config);
  KernelOptions options = kernel_options(config.kernel, *variant);
  options.give_up_capabilities = true;
  auto kernel = load_kernel(options);
  if (!kernel) return fatal(kernel.error(), config);
  report_missing((*kernel)->hooks());
  confine();

  Agent agent(Pipeline(std::move(*kernel), std::make_unique<ChildReader>(), config), snapshot, started);
  agent.configure(config, config_state(sources, config));
  Daemon(agent, **web, signals, sources, config).run();
  return exit_good;
}

}  // namespace

Command agent_command() {
  return {"agent", "Watch this host and serve metrics, the API and the page",
          "  sockwarden agent\n"
          "  sockwarden agent --profile development --web.listen-address 127.0.0.1:10180\n"
          "  sockwarden agent --config /etc/sockwarden/sockwarden.yaml\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<SettingFlags>();
            flags->declare_all(app);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
