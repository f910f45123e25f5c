#include "agent/cli/daemon.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "agent/cli/log.h"
#include "agent/cli/reload.h"

namespace sockwarden {

ConfigState config_state(const ConfigSources& sources, const Config& config) {
  ConfigState state;
  state.file = sources.file;
  state.profile = config.profile == Profile::development ? "development" : "production";
  state.without_labels = config.metrics.without_labels;
  state.reloaded = std::chrono::system_clock::now();
  return state;
}

Daemon::Daemon(Agent& agent, WebServer& web, const Signals& signals, ConfigSources sources, Config config)
    : agent_(agent), web_(web), signals_(signals), sources_(std::move(sources)), config_(std::move(config)) {}

void Daemon::run() {
  agent_.step();
  std::string status = "serving";
  for (const std::string& url : web_.urls()) status += " " + url;
  spdlog::info("watching every {} ms, {}", config_.kernel.scan_interval.count(), status);
  service_.ready(status);

  auto next = Clock::now() + config_.kernel.scan_interval;
  while (wait_until(next)) {
    agent_.step();
    next = std::max(Clock::now(), next + config_.kernel.scan_interval);
  }
  spdlog::info("stopping");
  service_.stopping();
  web_.set_ready(false);
}

bool Daemon::wait_until(Clock::time_point moment) {
  const auto watchdog = Service::watchdog();
  do {
    service_.alive();
    std::chrono::nanoseconds left = moment - Clock::now();
    if (watchdog) left = std::min<std::chrono::nanoseconds>(left, *watchdog / 2);
    const auto request = signals_.wait(left);
    if (request == SignalRequest::stop) return false;
    if (request == SignalRequest::reload) take_new_settings();
  } while (Clock::now() < moment);
  return true;
}

void Daemon::take_new_settings() {
  service_.reloading();
  const auto refuse = [this](const Error& error) {
    spdlog::error("the old settings stay: {}", error.message());
    ConfigState state = agent_.state();
    state.reload_successful = false;
    state.error = error.message();
    agent_.note(state);
    service_.ready("the last reload was refused: " + error.message());
  };
  const auto loaded = load_config(sources_);
  if (!loaded) return refuse(loaded.error());
  if (const auto web = web_.reload(); !web) return refuse(web.error());
  for (const std::string& warning : loaded->warnings) spdlog::warn("{}", warning);
  const Reload taken = reload(config_, loaded->config);
  for (const std::string& key : taken.needs_restart) spdlog::warn("{} changed; restart the agent to use it", key);
  config_ = taken.config;
  web_.configure(config_);
  open_log(config_.log);
  agent_.configure(config_, config_state(sources_, config_));
  spdlog::info("settings reloaded{}", sources_.file.empty() ? "" : " from " + sources_.file);
  service_.ready("settings reloaded");
}

}  // namespace sockwarden
