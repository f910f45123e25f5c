// The agent as a service: its interval, its signals, its reloads and its service manager.
#pragma once

#include <chrono>

#include "agent/cli/agent.h"
#include "agent/cli/service.h"
#include "agent/cli/signals.h"
#include "agent/config/load.h"
#include "agent/publish/server.h"

namespace sockwarden {

class Daemon {
 public:
  Daemon(Agent& agent, WebServer& web, const Signals& signals, ConfigSources sources, Config config);

  /// Until SIGTERM or SIGINT.
  void run();

 private:
  using Clock = std::chrono::steady_clock;
  /// False: it is time to stop.
  bool wait_until(Clock::time_point moment);
  void take_new_settings();

  Agent& agent_;
  WebServer& web_;
  const Signals& signals_;
  ConfigSources sources_;
  Config config_;
  Service service_;
};

[[nodiscard]] ConfigState config_state(const ConfigSources& sources, const Config& config);

}  // namespace sockwarden
