#include <algorithm>
#include <iterator>

#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

struct Distribution {
  sw_histogram_kind kind;
  const char* name;
  const char* help;
  double unit;
};

constexpr Distribution distributions[] = {
    {SW_HISTOGRAM_LIFETIME_MS, "sockwarden_connection_lifetime_seconds", "Age of closed connections at their end.",
     1e-3},
    {SW_HISTOGRAM_IDLE_MS, "sockwarden_connection_longest_idle_seconds",
     "Longest gap between two receives, of closed connections.", 1e-3},
    {SW_HISTOGRAM_EXCHANGES, "sockwarden_connection_exchanges", "Exchanges of closed connections.", 1},
    {SW_HISTOGRAM_CONNECT_US, "sockwarden_connect_duration_seconds", "Time from connect() to established.", 1e-6},
    {SW_HISTOGRAM_TLS_HANDSHAKE_US, "sockwarden_tls_handshake_duration_seconds",
     "Time from the client's TLS hello until both sides have sent their first encrypted record.", 1e-6},
    {SW_HISTOGRAM_FIRST_BYTE_US, "sockwarden_first_byte_duration_seconds",
     "Time from request sent to first byte of the response, each exchange.", 1e-6},
};

bool is_empty(const sw_histogram& histogram) {
  return std::all_of(std::begin(histogram.count), std::end(histogram.count), [](auto count) { return count == 0; });
}

}  // namespace

void add_distribution_metrics(MetricSet& set, const Model& model) {
  for (const auto& distribution : distributions) {
    auto& family = set.histogram(distribution.name, distribution.help);
    for (const auto& row : model.process_rows) {
      const auto& histogram = row.histograms[distribution.kind];
      if (is_empty(histogram)) continue;
      family.add_histogram(labels_of(row.identity, {{"role", name_of(row.role)}}), histogram, distribution.unit);
    }
  }
}

}  // namespace sockwarden
