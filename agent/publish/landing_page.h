#pragma once

#include "agent/publish/published.h"
#include "agent/publish/request.h"

namespace sockwarden {

/// What is served here, and how the agent fares; `published` is null before the first scan.
[[nodiscard]] Response landing_page(const Published* published);

}  // namespace sockwarden
