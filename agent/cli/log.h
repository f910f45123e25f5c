// The agent's log on stderr: text on a terminal, one JSON object a line otherwise.
#pragma once

#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

#include <cstdint>
#include <memory>

#include "agent/config/config.h"

namespace sockwarden {

[[nodiscard]] bool logs_json(const Config::Log& config);

/// Makes the default logger of spdlog as configured.
void open_log(const Config::Log& config);

/// Those that standard error did not take: logging waits for nobody.
[[nodiscard]] std::uint64_t log_lines_dropped();

/// The layout alone, for any sink.
[[nodiscard]] std::unique_ptr<spdlog::formatter> log_layout(bool json);

}  // namespace sockwarden
