// argv -> the command that it names.
#pragma once

#include <string>
#include <vector>

#include "agent/cli/command.h"

namespace sockwarden {

/// Runs the command named by `arguments` (without the program's name) and returns the exit status. A wrong command line
/// is one sentence on stderr and exit_usage.
int run_command_line(const std::vector<std::string>& arguments, const std::vector<Command>& known);

}  // namespace sockwarden
