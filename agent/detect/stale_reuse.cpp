#include <algorithm>

#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t least_stale = 2;
/// Idle limits are long and their mistakes rare: they are remembered for longer.
constexpr int windows = 3;

/// An idle limit shows in ends after the same idle time, and not all at one moment as when a server restarts.
bool are_by_idle_limit(const std::vector<const Ending*>& stale) {
  const auto by_idle = [](const Ending* a, const Ending* b) { return a->quiet < b->quiet; };
  const auto by_time = [](const Ending* a, const Ending* b) { return a->closed < b->closed; };
  const auto [shortest, longest] = std::minmax_element(stale.begin(), stale.end(), by_idle);
  const auto [first, last] = std::minmax_element(stale.begin(), stale.end(), by_time);
  const nanoseconds spread = (*longest)->quiet - (*shortest)->quiet;
  return (spread <= (*longest)->quiet / 4 || spread <= std::chrono::milliseconds{500}) &&
         (*last)->closed - (*first)->closed >= std::chrono::seconds{1};
}

/// What a member of the pool outlived, and was then used again, is no limit of the peer's.
bool was_outlived(const PoolCase& pool_case, nanoseconds limit) {
  constexpr std::chrono::milliseconds jiffy{10};
  nanoseconds survived = pool_case.pool.survived_idle;
  for (const Ending& ending : pool_case.pool.endings) survived = std::max(survived, ending.survived);
  return survived > limit + jiffy;
}

nanoseconds shortest_quiet(const std::vector<const Ending*>& stale) {
  const auto by_quiet = [](const Ending* a, const Ending* b) { return a->quiet < b->quiet; };
  return (*std::min_element(stale.begin(), stale.end(), by_quiet))->quiet;
}

Finding finding_of(const PoolCase& pool_case, const std::vector<const Ending*>& stale) {
  Finding finding = pool_case.finding("stale-reuse");
  take_endings(finding, stale);
  finding.confidence = Confidence::proven;
  const nanoseconds peer_limit = shortest_quiet(stale);
  nanoseconds ours{};
  for (const Ending* ending : stale) ours = std::max(ours, ending->stale_after);
  if (pool_case.pool.idle_limit && *pool_case.pool.idle_limit > peer_limit) {
    ours = std::max<nanoseconds>(ours, *pool_case.pool.idle_limit);
    finding.evidence["own_idle_limit_seconds"] = seconds_of(*pool_case.pool.idle_limit);
  }
  finding.evidence["peer_idle_limit_seconds"] = seconds_of(peer_limit);
  finding.evidence["reused_after_seconds"] = seconds_of(ours);
  finding.evidence["too_long_by_seconds"] = seconds_of(ours - peer_limit);
  finding.summary = counted(finding.count, "request") + " to " + finding.remote +
                    (finding.count == 1 ? " was" : " were") + " written on connections that the peer had ended: it " +
                    "ends idle ones after " + seconds_text(peer_limit) + ", this program uses them after up to " +
                    seconds_text(ours) + ", " + seconds_text(ours - peer_limit) + " too late.";
  if (traits_of(finding.protocol).is_database) finding.fix_for = {"database"};
  finding.fix_figures["the peer's limit"] = seconds_text(peer_limit);
  return finding;
}

}  // namespace

DetectorResult stale_reuse(const DetectionContext& context) {
  DetectorResult result;
  for (const PoolCase& pool_case : pool_cases(context)) {
    std::vector<const Ending*> stale;
    for (const Ending& ending : pool_case.pool.endings)
      if (ending.stale && pool_case.now - ending.closed <= windows * pool_case.window()) stale.push_back(&ending);
    if (stale.size() >= least_stale && are_by_idle_limit(stale) && !was_outlived(pool_case, shortest_quiet(stale)))
      result.findings.push_back(finding_of(pool_case, stale));
  }
  return result;
}

}  // namespace sockwarden
