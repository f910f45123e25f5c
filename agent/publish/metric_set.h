// Builds metric families in which no label set appears twice and every label is valid UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "agent/model/model.h"

namespace sockwarden {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// comm, container and unit, then what follows.
[[nodiscard]] Labels labels_of(const Identity& identity, Labels more = {});

enum class MetricKind { counter, gauge, histogram, summary };

/// What to do with two values of one label set.
enum class Merge { sum, lowest, highest };

class MetricFamilyBuilder {
 public:
  MetricFamilyBuilder(std::string name, std::string help, MetricKind kind, Merge merge);

  void add(Labels labels, double value);
  void add_summary(Labels labels, std::uint64_t count, double sum);
  /// `unit` is what one unit of the raw histogram is in the metric's unit: 0.001 for milliseconds in seconds.
  void add_histogram(Labels labels, const sw_histogram& histogram, double unit);

  [[nodiscard]] bool empty() const { return metrics_.empty(); }
  [[nodiscard]] prometheus::MetricFamily family() const;

 private:
  struct Value {
    double number = 0;
    std::uint64_t count = 0;
    std::array<std::uint64_t, SW_BUCKETS> buckets{};
    double unit = 1;
  };
  Value& at(Labels labels, bool& inserted);

  std::string name_;
  std::string help_;
  MetricKind kind_;
  Merge merge_;
  std::map<Labels, Value> metrics_;
};

class MetricSet {
 public:
  /// The reference stays valid. Families come out in the order of their creation; empty ones do not.
  MetricFamilyBuilder& counter(std::string name, std::string help);
  MetricFamilyBuilder& gauge(std::string name, std::string help, Merge merge = Merge::sum);
  MetricFamilyBuilder& histogram(std::string name, std::string help);
  MetricFamilyBuilder& summary(std::string name, std::string help);

  [[nodiscard]] std::vector<prometheus::MetricFamily> families() const;

 private:
  std::deque<MetricFamilyBuilder> builders_;
};

}  // namespace sockwarden
