#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

constexpr double nanosecond = 1e-9;

constexpr std::string_view endpoint = "identity, role, server_address";

/// A counter of sw_totals that every endpoint has.
struct EndpointCounter {
  __u64 sw_totals::*value;
  MetricText text;
  bool is_rare = false;
};

constexpr EndpointCounter counters[] = {
    {&sw_totals::opened,
     {"sockwarden_connections_opened_total", endpoint, "connections", "Connections established while the agent runs."}},
    {&sw_totals::preexisting,
     {"sockwarden_connections_preexisting_total", endpoint, "connections",
      "Connections older than the agent, found when it started."},
     true},
    {&sw_totals::unused_closes,
     {"sockwarden_unused_closes_total", endpoint, "connections",
      "Established connections that ended with no exchange."},
     true},
    {&sw_totals::unread_closes,
     {"sockwarden_unread_closes_total", endpoint, "connections",
      "Connections closed by the process with received bytes unread."},
     true},
    {&sw_totals::unread_bytes,
     {"sockwarden_unread_bytes_total", endpoint, "bytes",
      "Bytes received and never read, at the process's own closes."},
     true},
    {&sw_totals::exchanges,
     {"sockwarden_exchanges_total", endpoint, "exchanges",
      "Changes of direction: a request or a response, as seen by its receiver."}},
    {&sw_totals::bytes_received, {"sockwarden_received_bytes_total", endpoint, "bytes", "Bytes received."}},
    {&sw_totals::bytes_sent, {"sockwarden_sent_bytes_total", endpoint, "bytes", "Bytes sent and acknowledged."}},
};

Labels endpoint_labels(const EndpointRow& row, Labels more = {}) {
  Labels labels{{"role", name_of(row.role)}, {"server_address", row.endpoint}};
  labels.insert(labels.end(), more.begin(), more.end());
  return labels_of(row.identity, std::move(labels));
}

constexpr std::size_t rows_with_zeroes = 100;

/// Shown at 0 from the start, so that a rate sees the first of them. The rarer ways appear when they happen.
bool is_ordinary_close(Role role, std::size_t closed_by, std::size_t close_reason) {
  return (role == Role::client || role == Role::server) &&
         (closed_by == SW_CLOSED_BY_OWN || closed_by == SW_CLOSED_BY_PEER) &&
         (close_reason == SW_CLOSE_REASON_FIN || close_reason == SW_CLOSE_REASON_RESET);
}

bool is_ordinary_outcome(Role role, std::uint8_t outcome) {
  return role == Role::client && outcome <= SW_CONNECT_UNREACHABLE;
}

void add_closes(MetricSet& set, const Model& model) {
  auto& closed =
      set.counter({"sockwarden_connections_closed_total", "identity, role, server_address, closed_by, close_reason",
                   "connections", "Connections that ended, by who ended them first and how.",
                   "`closed_by`: `own`, `peer`, `network`, `none`; `close_reason`: `fin`, `reset`, `exit`, "
                   "`timeout`, `error`, `none`."});
  const bool zeroes = shows_zeroes(model);
  for (const auto& row : model.endpoint_rows) {
    for (std::size_t closed_by = 0; closed_by < SW_CLOSED_BY_COUNT; ++closed_by) {
      for (std::size_t close_reason = 0; close_reason < SW_CLOSE_REASON_COUNT; ++close_reason) {
        const auto count = row.totals.closed[closed_by][close_reason];
        if (count == 0 && !(zeroes && is_ordinary_close(row.role, closed_by, close_reason))) continue;
        const Labels how{{"closed_by", name_of(static_cast<ClosedBy>(closed_by))},
                         {"close_reason", name_of(static_cast<CloseReason>(close_reason))}};
        closed.add(endpoint_labels(row, how), static_cast<double>(count));
      }
    }
  }
}

void add_connects(MetricSet& set, const Model& model) {
  auto& attempts = set.counter(
      {"sockwarden_connect_attempts_total", "identity, server_address", "attempts", "Calls of connect() begun."});
  auto& outcomes = set.counter({"sockwarden_connect_outcomes_total", "identity, server_address, outcome", "attempts",
                                "Attempts to connect that ended, by outcome.",
                                "`outcome`: `established`, `refused`, `timed_out`, `unreachable`, `no_port`, "
                                "`abandoned`, `other`."});
  const bool zeroes = shows_zeroes(model);
  for (const auto& row : model.endpoint_rows) {
    const auto begun = row.totals.connects[SW_CONNECT_PENDING];
    const Labels address{{"server_address", row.endpoint}};
    if (begun != 0 || row.role == Role::client)
      attempts.add(labels_of(row.identity, address), static_cast<double>(begun));
    for (std::uint8_t outcome = SW_CONNECT_ESTABLISHED; outcome < SW_CONNECT_COUNT; ++outcome) {
      const auto count = row.totals.connects[outcome];
      if (count == 0 && !(zeroes && is_ordinary_outcome(row.role, outcome))) continue;
      Labels labels = address;
      labels.push_back({"outcome", name_of_connect(outcome)});
      outcomes.add(labels_of(row.identity, labels), static_cast<double>(count));
    }
  }
}

}  // namespace

bool shows_zeroes(const Model& model) { return model.endpoint_rows.size() <= rows_with_zeroes; }

void add_endpoint_metrics(MetricSet& set, const Model& model) {
  const bool zeroes = shows_zeroes(model);
  for (const auto& counter : counters) {
    auto& family = set.counter(counter.text);
    for (const auto& row : model.endpoint_rows) {
      const auto count = row.totals.*counter.value;
      if (count != 0 || zeroes || !counter.is_rare) family.add(endpoint_labels(row), static_cast<double>(count));
    }
  }
  add_closes(set, model);
  add_connects(set, model);
  auto& first_byte = set.summary({"sockwarden_endpoint_first_byte_duration_seconds", endpoint, "seconds",
                                  "Request sent to first byte of the response, by endpoint.",
                                  "As `_sum` and `_count`; absent without exchanges."});
  for (const auto& row : model.endpoint_rows) {
    if (row.totals.first_byte_count == 0) continue;
    first_byte.add_summary(endpoint_labels(row), row.totals.first_byte_count,
                           static_cast<double>(row.totals.first_byte_sum_ns) * nanosecond);
  }
}

}  // namespace sockwarden
