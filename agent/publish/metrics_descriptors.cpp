#include <numeric>

#include "agent/publish/metrics.h"

namespace sockwarden {

void add_descriptor_metrics(MetricSet& set, const Model& model) {
  auto& open = set.gauge({"sockwarden_descriptors", "identity, type", "descriptors", "Open descriptors, by type.",
                          "`type`: `file`, `socket`, `pipe`, `eventfd`, `timerfd`, `epoll`, `unix`, `other`, …"});
  auto& limit = set.gauge({"sockwarden_descriptors_limit", "identity", "descriptors",
                           "Limit of open descriptors (RLIMIT_NOFILE), the lowest of the processes summed here."},
                          Merge::lowest);
  auto& used = set.gauge({"sockwarden_descriptors_used_ratio", "identity", "ratio",
                          "Share of the limit of descriptors in use, the highest of the processes summed here."},
                         Merge::highest);
  for (const auto& row : model.descriptor_rows) {
    for (std::uint8_t type = 0; type < SW_DESCRIPTOR_COUNT; ++type) {
      if (row.count[type] != 0)
        open.add(labels_of(row.identity, {{"type", name_of_descriptor(type)}}), row.count[type]);
    }
    if (!row.limit || *row.limit == 0) continue;
    const auto sum = std::accumulate(row.count.begin(), row.count.end(), std::uint64_t{0});
    limit.add(labels_of(row.identity), static_cast<double>(*row.limit));
    used.add(labels_of(row.identity), static_cast<double>(sum) / static_cast<double>(*row.limit));
  }
}

}  // namespace sockwarden
