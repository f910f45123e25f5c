#include "agent/publish/metric_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agent/publish/utf8.h"

namespace sockwarden {
namespace {

prometheus::MetricType type_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return prometheus::MetricType::Counter;
    case MetricKind::histogram:
      return prometheus::MetricType::Histogram;
    case MetricKind::summary:
      return prometheus::MetricType::Summary;
    case MetricKind::gauge:
      break;
  }
  return prometheus::MetricType::Gauge;
}

}  // namespace

const char* name_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::histogram:
      return "histogram";
    case MetricKind::summary:
      return "summary";
  }
  return "";
}

Labels labels_of(const Identity& identity, Labels more) {
  Labels labels{{"service", identity.service},
                {"comm", identity.comm},
                {"container_id", identity.container_id},
                {"unit", identity.unit}};
  labels.insert(labels.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return labels;
}

MetricFamilyBuilder::Value& MetricFamilyBuilder::at(Labels labels, bool& inserted) {
  std::erase_if(labels, [this](const auto& label) {
    return std::find(without_.begin(), without_.end(), label.name) != without_.end();
  });
  for (auto& label : labels) label.value = valid_utf8(label.value);
  const auto [position, fresh] = metrics_.try_emplace(std::move(labels));
  inserted = fresh;
  return position->second;
}

void MetricFamilyBuilder::add(Labels labels, double value) {
  bool inserted = false;
  Value& metric = at(std::move(labels), inserted);
  if (inserted) {
    metric.number = value;
  } else if (merge_ == Merge::sum) {
    metric.number += value;
  } else {
    metric.number = merge_ == Merge::lowest ? std::min(metric.number, value) : std::max(metric.number, value);
  }
}

void MetricFamilyBuilder::add_summary(Labels labels, std::uint64_t count, double sum) {
  bool inserted = false;
  Value& metric = at(std::move(labels), inserted);
  metric.count += count;
  metric.number += sum;
}

void MetricFamilyBuilder::add_histogram(Labels labels, const sw_histogram& histogram, const HistogramUnits& units) {
  bool inserted = false;
  Value& metric = at(std::move(labels), inserted);
  for (std::size_t i = 0; i < SW_BUCKETS; ++i) {
    metric.buckets[i] += histogram.count[i];
    metric.count += histogram.count[i];
  }
  metric.number += static_cast<double>(histogram.sum) * units.sum;
  metric.unit = units.bucket;
}

prometheus::MetricFamily MetricFamilyBuilder::family() const {
  prometheus::MetricFamily family{std::string(text_.name), std::string(text_.help), type_of(kind_), {}};
  family.metric.reserve(metrics_.size());
  for (const auto& [labels, value] : metrics_) {
    auto& metric = family.metric.emplace_back();
    metric.label = labels;
    metric.counter.value = value.number;
    metric.gauge.value = value.number;
    metric.summary = {value.count, value.number, {}};
    if (kind_ != MetricKind::histogram) continue;
    metric.histogram = {value.count, value.number, {}};
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < SW_BUCKETS; ++i) {
      cumulative += value.buckets[i];
      const bool last = i + 1 == SW_BUCKETS;
      const double bound = last ? HUGE_VAL : std::ldexp(value.unit, static_cast<int>(i));
      metric.histogram.bucket.push_back({cumulative, bound});
    }
  }
  return family;
}

std::vector<prometheus::MetricFamily> MetricSet::families() const {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& builder : builders_) {
    if (!builder.empty()) families.push_back(builder.family());
  }
  return families;
}

}  // namespace sockwarden
