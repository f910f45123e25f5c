#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

Finding finding_of(const PoolCase& pool_case, const std::vector<const Ending*>& endings, std::size_t seen) {
  Finding finding = pool_case.finding("undrained-body");
  take_endings(finding, endings);
  finding.confidence = pool_case.pool.protocol == Protocol::tls ? Confidence::likely : Confidence::proven;
  std::int64_t unread = 0, most = 0;
  for (const Ending* ending : endings) {
    unread += ending->unread_bytes;
    most = std::max<std::int64_t>(most, ending->unread_bytes);
  }
  finding.evidence["window_seconds"] = seconds_of(pool_case.window());
  finding.evidence["seen_undrained"] = static_cast<std::int64_t>(seen);
  finding.evidence["unread_bytes"] = unread;
  finding.evidence["most_unread_bytes"] = most;
  finding.summary = counted(finding.count, "response") + " from " + finding.remote +
                    (finding.count == 1 ? " was" : " were") +
                    " not read to the end before the connection was closed, so that none could be reused" +
                    (unread != 0 ? " (" + std::to_string(unread) + " bytes left unread)." : ".");
  return finding;
}

}  // namespace

DetectorResult undrained_body(const DetectionContext& context) {
  DetectorResult result;
  for (const PoolCase& pool_case : pool_cases(context)) {
    const auto seen = pool_case.endings([](const Ending& ending) { return ending.undrained; });
    if (seen.size() < pool_case.thresholds.leak_count || are_propagated_close(seen)) continue;
    // Where most were seen unread, the others had been buffered by the program when it closed.
    auto all = pool_case.endings([](const Ending& ending) { return ending.undrained || ending.reusable; });
    result.findings.push_back(finding_of(pool_case, all.size() <= seen.size() * 2 ? all : seen, seen.size()));
  }
  return result;
}

}  // namespace sockwarden
