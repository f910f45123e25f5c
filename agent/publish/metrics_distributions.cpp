#include <algorithm>
#include <iterator>

#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

struct Distribution {
  sw_histogram_kind kind;
  HistogramUnits units;
  MetricText text;
};

constexpr HistogramUnits plain{.bucket = 1, .sum = 1}, milliseconds{.bucket = 1e-3, .sum = 1e-3},
    latency{.bucket = 1e-6 * static_cast<double>(SW_LATENCY_US), .sum = 1e-6};

constexpr Distribution distributions[] = {
    {SW_HISTOGRAM_LIFETIME_MS,
     milliseconds,
     {"sockwarden_connection_lifetime_seconds", "identity, role", "seconds",
      "Age of closed connections at their end."}},
    {SW_HISTOGRAM_IDLE_MS,
     milliseconds,
     {"sockwarden_connection_longest_idle_seconds", "identity, role", "seconds",
      "Longest gap between two receives, of closed connections."}},
    {SW_HISTOGRAM_EXCHANGES,
     plain,
     {"sockwarden_connection_exchanges", "identity, role", "exchanges", "Exchanges of closed connections."}},
    {SW_HISTOGRAM_CONNECT_US,
     latency,
     {"sockwarden_connect_duration_seconds", "identity, role", "seconds", "Time from connect() to established."}},
    {SW_HISTOGRAM_TLS_HANDSHAKE_US,
     latency,
     {"sockwarden_tls_handshake_duration_seconds", "identity, role", "seconds",
      "Time from the client's TLS hello until both sides have sent their first encrypted record.",
      "Live and closed connections; refused, unfinished and older handshakes do not count; not without the protocol "
      "parser."}},
    {SW_HISTOGRAM_FIRST_BYTE_US,
     latency,
     {"sockwarden_first_byte_duration_seconds", "identity, role", "seconds",
      "Time from request sent to first byte of the response, each exchange."}},
};

bool is_empty(const sw_histogram& histogram) {
  return std::all_of(std::begin(histogram.count), std::end(histogram.count), [](auto count) { return count == 0; });
}

}  // namespace

void add_distribution_metrics(MetricSet& set, const Model& model) {
  for (const auto& distribution : distributions) {
    auto& family = set.histogram(distribution.text);
    for (const auto& row : model.process_rows) {
      const auto& histogram = row.histograms[distribution.kind];
      if (is_empty(histogram)) continue;
      family.add_histogram(labels_of(row.identity, {{"role", name_of(row.role)}}), histogram, distribution.units);
    }
  }
}

}  // namespace sockwarden
