// Which connections `sockwarden connections` shows.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/cli/connection_row.h"

namespace sockwarden {

/// Each field that is given must match; of a repeated one any value.
struct ConnectionFilter {
  std::vector<std::uint32_t> pids;
  std::vector<std::string> comms;     ///< globs
  std::vector<std::string> services;  ///< globs
  std::vector<std::string> exes;      ///< globs
  std::vector<std::string> remotes;   ///< "address", "address:port", ":port", or a glob of the whole
  std::vector<std::uint16_t> ports;   ///< local or remote
  std::vector<std::string> roles;
  std::vector<std::string> states;  ///< as the kernel names them: "CLOSE_WAIT"

  void declare(CLI::App& app);
  /// Makes states canonical ("close-wait", "estab"); the error is a sentence.
  [[nodiscard]] tl::expected<void, std::string> check();
  [[nodiscard]] bool matches(const ConnectionRow& row) const;
};

}  // namespace sockwarden
