// The commands and their options as data: what man pages and completions are made of.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "agent/cli/command.h"
#include "agent/publish/json.h"

namespace sockwarden {

/// `app` has a subcommand declared for each of `known`. What --help hides is left out.
[[nodiscard]] Json description(const CLI::App& app, const std::vector<Command>& known);

}  // namespace sockwarden
