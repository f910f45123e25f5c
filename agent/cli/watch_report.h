// What run and check say at their end.
#pragma once

#include <string>

#include "agent/cli/watch_session.h"

namespace sockwarden {

/// {"watched": true, "findings": …, "timeouts": …, "waits": …, "scans": …} or text.
[[nodiscard]] std::string report_of(const WatchSession& session, bool json);

/// The same of a command that ran unwatched: empty as text.
[[nodiscard]] std::string report_of_unwatched(const std::string& reason, bool json);

}  // namespace sockwarden
