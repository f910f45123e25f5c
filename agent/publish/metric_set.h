// Builds metric families in which no label set appears twice and every label is valid UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "agent/model/model.h"

namespace sockwarden {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// service, comm, container and unit, then what follows.
[[nodiscard]] Labels labels_of(const Identity& identity, Labels more = {});

enum class MetricKind { counter, gauge, histogram, summary };
[[nodiscard]] const char* name_of(MetricKind kind);

/// What is said of a metric. The help is on /metrics, all of it in metrics.md. The texts are literals.
struct MetricText {
  std::string_view name;
  std::string_view labels;  ///< "identity, role"; identity stands for service, comm, container_id and unit
  std::string_view unit;    ///< empty where it counts nothing
  std::string_view help;    ///< a sentence
  std::string_view notes = {};
};

/// What to do with two values of one label set.
enum class Merge { sum, lowest, highest };

/// What one unit of a raw histogram is in the metric's unit: 0.001 for milliseconds in seconds.
struct HistogramUnits {
  double bucket, sum;
};

class MetricFamilyBuilder {
 public:
  /// Labels named in `without` are left out of every series; those that are alike then become one.
  MetricFamilyBuilder(const MetricText& text, MetricKind kind, Merge merge, std::vector<std::string> without)
      : text_(text), kind_(kind), merge_(merge), without_(std::move(without)) {}

  void add(Labels labels, double value);
  void add_summary(Labels labels, std::uint64_t count, double sum);
  void add_histogram(Labels labels, const sw_histogram& histogram, const HistogramUnits& units);

  [[nodiscard]] bool empty() const { return metrics_.empty(); }
  [[nodiscard]] const MetricText& text() const { return text_; }
  [[nodiscard]] MetricKind kind() const { return kind_; }
  [[nodiscard]] prometheus::MetricFamily family() const;

 private:
  struct Value {
    double number = 0;
    std::uint64_t count = 0;
    std::array<std::uint64_t, SW_BUCKETS> buckets{};
    double unit = 1;
  };
  Value& at(Labels labels, bool& inserted);

  MetricText text_;
  MetricKind kind_;
  Merge merge_;
  std::vector<std::string> without_;
  std::map<Labels, Value> metrics_;
};

/// Metrics under one heading of metrics.md.
struct MetricSection {
  std::string_view title;
  std::string_view intro;
  std::size_t first = 0;  ///< of the metrics in the set
};

class MetricSet {
 public:
  /// `without`: names of labels that no series is to have.
  explicit MetricSet(std::vector<std::string> without = {}) : without_(std::move(without)) {}

  /// What is made from here on stands under this heading.
  void section(std::string_view title, std::string_view intro = {}) {
    sections_.push_back({title, intro, builders_.size()});
  }

  /// The reference stays valid. Families come out in the order of their creation; empty ones do not. Each metric is
  /// made also where there is nothing to show, so that metrics.md has it.
  MetricFamilyBuilder& counter(const MetricText& text) { return add(text, MetricKind::counter, Merge::sum); }
  MetricFamilyBuilder& gauge(const MetricText& text, Merge merge = Merge::sum) {
    return add(text, MetricKind::gauge, merge);
  }
  MetricFamilyBuilder& histogram(const MetricText& text) { return add(text, MetricKind::histogram, Merge::sum); }
  MetricFamilyBuilder& summary(const MetricText& text) { return add(text, MetricKind::summary, Merge::sum); }

  [[nodiscard]] std::vector<prometheus::MetricFamily> families() const;
  [[nodiscard]] const std::deque<MetricFamilyBuilder>& all() const { return builders_; }
  [[nodiscard]] const std::vector<MetricSection>& sections() const { return sections_; }

 private:
  MetricFamilyBuilder& add(const MetricText& text, MetricKind kind, Merge merge) {
    return builders_.emplace_back(text, kind, merge, without_);
  }

  std::vector<std::string> without_;
  std::deque<MetricFamilyBuilder> builders_;
  std::vector<MetricSection> sections_;
};

}  // namespace sockwarden
