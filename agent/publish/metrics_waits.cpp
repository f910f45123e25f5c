#include "agent/publish/metrics.h"

namespace sockwarden {

void add_wait_metrics(MetricSet& set, const Published& published) {
  auto& waits = set.gauge(
      {"sockwarden_waits", "identity, phase, verdict", "connections",
       "Connections that wait longer than the threshold, by what is known of a time limit.",
       "`phase`: that of a missing timeout, or `handler`, a server's own work on a request. `verdict`: `limited` "
       "(something is known to end the wait), `unproven` (neither a limit nor its absence has shown), `proven` "
       "(nothing ends it: a finding)."});
  for (const ObservedWait& wait : published.waits) {
    waits.add(labels_of(wait.identity, {{"phase", wait.phase}, {"verdict", name_of(wait.verdict)}}),
              static_cast<double>(wait.count));
  }
}

}  // namespace sockwarden
