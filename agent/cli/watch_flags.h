// The flags of the commands that watch for themselves: check and run.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "agent/cli/output_format.h"
#include "agent/cli/setting_flags.h"
#include "agent/cli/watch_session.h"

namespace sockwarden {

class WatchFlags {
 public:
  void declare(CLI::App& app, const std::string& duration_help);

  [[nodiscard]] bool json() const { return format_.json(); }
  /// Empty: no --for was given.
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration() const { return duration_; }
  /// Settings come from the environment and the flags; no file is read. An error is one of the command line.
  [[nodiscard]] tl::expected<Config, Error> config() const;
  /// An error means that nothing can be watched here.
  [[nodiscard]] tl::expected<std::unique_ptr<WatchSession>, Error> open(const Config& config) const;

 private:
  OutputFormat format_;
  SettingFlags settings_;
  std::string profile_ = "development";
  std::string wait_;
  std::optional<std::chrono::milliseconds> duration_;
};

}  // namespace sockwarden
