// OpenMetrics 1.0, which prometheus-cpp's serializer does not speak.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "agent/sample/sample.h"

namespace sockwarden {

/// What counts without telling processes apart gets a `_created` of `began`, since it is there from then on; series of
/// processes come and go, and a second one for each would double the page.
[[nodiscard]] std::string openmetrics_text(const std::vector<prometheus::MetricFamily>& families,
                                           std::optional<WallTime> began);

}  // namespace sockwarden
