// Which running agent a command asks, and as whom.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <tl/expected.hpp>

#include "agent/cli/agent_client.h"

namespace sockwarden {

struct AgentFlag {
  std::string given;  ///< by --agent; empty = not given
  std::string ca_file, username, password_file;

  void declare(CLI::App& app);
  /// By the flag or by the environment.
  [[nodiscard]] bool is_given() const;
  /// What was given, else what the environment says, else this host's at its standard port. Reads the password.
  [[nodiscard]] tl::expected<AgentAccess, Error> access() const;
};

}  // namespace sockwarden
