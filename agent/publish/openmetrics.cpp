#include "agent/publish/openmetrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string_view>

namespace sockwarden {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view total = "_total";

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// Canonical form of `le`: always with a fraction or an exponent.
std::string bound(double value) {
  std::string text = number(value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  return result;
}

void write_sample(std::string& out, const std::string& name, const ClientMetric& metric, const std::string& le,
                  const std::string& value) {
  out += name;
  std::string labels;
  for (const auto& label : metric.label) {
    labels += (labels.empty() ? "" : ",") + label.name + "=\"" + escaped(label.value) + '"';
  }
  if (!le.empty()) labels += (labels.empty() ? "le=\"" : ",le=\"") + le + '"';
  if (!labels.empty()) out += '{' + labels + '}';
  out += ' ' + value + '\n';
}

void write_metric(std::string& out, const std::string& name, MetricType type, const ClientMetric& metric) {
  switch (type) {
    case MetricType::Counter:
      return write_sample(out, name + "_total", metric, "", number(metric.counter.value));
    case MetricType::Gauge:
      return write_sample(out, name, metric, "", number(metric.gauge.value));
    case MetricType::Summary:
      write_sample(out, name + "_count", metric, "", std::to_string(metric.summary.sample_count));
      return write_sample(out, name + "_sum", metric, "", number(metric.summary.sample_sum));
    case MetricType::Histogram:
      for (const auto& bucket : metric.histogram.bucket) {
        write_sample(out, name + "_bucket", metric, bound(bucket.upper_bound), std::to_string(bucket.cumulative_count));
      }
      write_sample(out, name + "_count", metric, "", std::to_string(metric.histogram.sample_count));
      return write_sample(out, name + "_sum", metric, "", number(metric.histogram.sample_sum));
    default:
      return write_sample(out, name, metric, "", number(metric.counter.value));
  }
}

const char* type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "unknown";
  }
}

bool is_of_process(const ClientMetric& metric) {
  return std::any_of(metric.label.begin(), metric.label.end(),
                     [](const auto& label) { return label.name == "comm" || label.name == "service"; });
}

}  // namespace

std::string openmetrics_text(const std::vector<MetricFamily>& families, std::optional<WallTime> began) {
  const std::string created = began ? number(std::chrono::duration<double>(began->time_since_epoch()).count()) : "";
  std::string out;
  for (const auto& family : families) {
    std::string_view name = family.name;
    if (family.type == MetricType::Counter && name.ends_with(total)) name.remove_suffix(total.size());
    const std::string stem(name);
    out += "# HELP " + stem + ' ' + escaped(family.help) + '\n';
    out += "# TYPE " + stem + ' ' + type_name(family.type) + '\n';
    for (const auto& metric : family.metric) {
      write_metric(out, stem, family.type, metric);
      if (began && family.type != MetricType::Gauge && !is_of_process(metric))
        write_sample(out, stem + "_created", metric, "", created);
    }
  }
  return out + "# EOF\n";
}

}  // namespace sockwarden
