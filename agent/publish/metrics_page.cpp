#include <algorithm>

#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

constexpr std::string_view head = R"page(# Metrics

Every metric that `sockwarden agent` serves on `/metrics`. Names follow the Prometheus rules: base units, `_total` on
counters, help on each, timestamps instead of ages. The set of series is bounded: no label holds a pid, and the endpoints of
a process are limited by `metrics.endpoints_per_process` (default 50), those of the host to 200; what is beyond is summed in
`server_address="other"`. Series of a program whose last process is gone leave after `findings.retention` (15 minutes), and
sooner where there are more than 256 programs; what they counted is summed in `comm="other"`: sums stay exact. A host with 200
processes has less than 10,000 samples.

Formats: Prometheus text 0.0.4, or OpenMetrics 1.0 where the `Accept` header asks for it; gzip where it is accepted.

## Labels

| label | meaning |
| --- | --- |
| `service` | what people call it, at most 64 bytes: `sockwarden.service` of its environment or a rule of `identity.rules`; else the systemd service, `OTEL_SERVICE_NAME`, a Java main class or jar, a Python module or script, a Node script; else `comm`. A pool of php-fpm has its own |
| `comm` | the program's name as the kernel has it, at most 15 bytes |
| `container_id` | container id, of LXC its name; empty outside a container |
| `unit` | systemd unit, empty outside a unit |
| `role` | `client` (it connected), `server` (it accepted), `listener`, `unknown` |
| `server_address` | client: the peer's `address:port`; server and listener: the own listening `address:port`; `other` = the rest, summed |

`service`, `comm`, `container_id` and `unit` together are called *identity* below. They are empty for connections of no known process.
Bytes that are no valid UTF-8 appear as U+FFFD. A process that restarts keeps its series; two with one identity are summed.
A series with a `closed_by`, `outcome`, `kind`, `option` or `state` label appears when its value first differs from 0, unless
noted. Closes by `own` and `peer` with `fin` and `reset`, and the outcomes `established`, `refused`, `timed_out` and
`unreachable` of a client's endpoint, are there with 0 from the start, on a host of at most 100 pairs of identity and endpoint;
beyond, on a great host, a counter of what happens rarely appears when it is no longer 0. A pool has series until ten minutes after
its last connection. `metrics.without_labels` leaves labels out; series that are alike without them are summed.

)page";

constexpr std::string_view tail = R"page(## How to read them

- Opened by a service: `sum by (service) (rate(sockwarden_connections_opened_total[5m]))`.
- Exchanges a connection at the median: `histogram_quantile(0.5, sum by (service, le) (rate(sockwarden_connection_exchanges_bucket[5m])))`.
- A full accept queue: `sockwarden_accept_queue_length >= sockwarden_accept_queue_limit`.
- Is anything lost: `rate(sockwarden_details_lost_total[5m]) > 0 or rate(sockwarden_losses_total[5m]) > 0`.
- Do scans fail: `sum by (instance, part) (rate(sockwarden_scan_failures_total[5m])) > 0`; counters then rest where they were.
- In OpenMetrics what counts without telling processes apart has a `_created`: when the agent started.
)page";

std::string row(const MetricFamilyBuilder& metric) {
  const MetricText& text = metric.text();
  const auto cell = [](std::string_view value) { return value.empty() ? " |" : " " + std::string(value) + " |"; };
  std::string meaning(text.help);
  if (!text.notes.empty()) meaning.append(" ").append(text.notes);
  return "| `" + std::string(text.name) + "` |" + cell(name_of(metric.kind())) + cell(text.labels) + cell(text.unit) +
         cell(meaning) + "\n";
}

}  // namespace

std::string metrics_page() {
  MetricSet set;
  const Published nothing;
  add_metrics(set, &nothing, {}, {}, {});
  std::string page(head);
  const auto& sections = set.sections();
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::size_t end = i + 1 < sections.size() ? sections[i + 1].first : set.all().size();
    page.append("## ").append(sections[i].title).append("\n\n");
    if (!sections[i].intro.empty()) page.append(sections[i].intro).append("\n\n");
    page += "| metric | type | labels | unit | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (std::size_t metric = sections[i].first; metric < end; ++metric) page += row(set.all()[metric]);
    page += "\n";
  }
  return page.append(tail);
}

}  // namespace sockwarden
