// Which running agent a command asks.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sockwarden {

struct AgentFlag {
  std::string given;  ///< by --agent; empty = not given

  void declare(CLI::App& app);
  /// What was given, else $SOCKWARDEN_AGENT, else this host's at its standard port.
  [[nodiscard]] std::string url() const;
};

}  // namespace sockwarden
