// Findings that the configuration mutes.
#pragma once

#include <string>

#include "agent/config/config.h"
#include "agent/config/target.h"
#include "agent/detect/finding.h"

namespace sockwarden {

/// What rules are matched against, of a process and the server's address at one of its connections.
[[nodiscard]] TargetSubject subject_of(const Process& process, const std::string& endpoint);

/// Fills in `muted`.
void mute(LedgerEntry& entry, const Config::Findings& config, WallTime now);

}  // namespace sockwarden
