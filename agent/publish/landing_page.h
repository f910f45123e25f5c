#pragma once

#include "agent/publish/published.h"
#include "agent/publish/request.h"
#include "agent/publish/scan_health.h"

namespace sockwarden {

/// What is served here, and how the agent fares; `published` is null before the first good scan.
[[nodiscard]] Response landing_page(const Published* published, const ScanHealth& health, Instant now);

}  // namespace sockwarden
