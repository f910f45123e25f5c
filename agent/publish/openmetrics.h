// OpenMetrics 1.0, which prometheus-cpp's serializer does not speak.
#pragma once

#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace sockwarden {

/// A counter whose stem is the name of another family is written as `unknown`: one name is one family there.
[[nodiscard]] std::string openmetrics_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace sockwarden
