// One subcommand: what it is called, and what it declares and does.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace sockwarden {

enum ExitStatus : int {
  exit_good = 0,
  exit_runtime = 1,
  exit_usage = 2,
  exit_unwatched = 125,  ///< of run and check: nothing can be watched, so nothing was started
};

struct Command {
  std::string name;
  std::string summary;
  std::string examples;  ///< lines for --help, each indented by two; empty = of no use to people, and not shown
  /// Declares the flags; what it returns runs the command once they are parsed.
  std::function<std::function<int()>(CLI::App&)> declare;
};

/// Every command, in the order of --help. A command is one file and one line here.
[[nodiscard]] std::vector<Command> commands();

[[nodiscard]] Command agent_command();
[[nodiscard]] Command doctor_command();
[[nodiscard]] Command connections_command();
[[nodiscard]] Command pools_command();
[[nodiscard]] Command waits_command();
[[nodiscard]] Command top_command();
[[nodiscard]] Command findings_command();
[[nodiscard]] Command check_command();
[[nodiscard]] Command run_command();
[[nodiscard]] Command explain_command();
[[nodiscard]] Command config_command();
[[nodiscard]] Command version_command();
[[nodiscard]] Command reader_command();

}  // namespace sockwarden
