#pragma once

#include "agent/detect/finding.h"
#include "agent/publish/disclosure.h"
#include "agent/publish/json.h"

namespace sockwarden {

/// A finding as the API, `check` and `run` show it; the public contract.
[[nodiscard]] Json to_json(const LedgerEntry& entry, const View& view = {});

}  // namespace sockwarden
