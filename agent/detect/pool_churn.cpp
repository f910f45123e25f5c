#include <algorithm>
#include <iterator>
#include <set>

#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/steady_dialing.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

/// Endings after each of which another connection had to be opened soon.
std::vector<const Ending*> avoidable(std::vector<const Ending*> endings, const PoolCase& pool_case) {
  std::sort(endings.begin(), endings.end(),
            [](const Ending* left, const Ending* right) { return left->closed < right->closed; });
  std::vector<Instant> openings(pool_case.pool.openings.begin(), pool_case.pool.openings.end());
  std::sort(openings.begin(), openings.end());
  std::vector<const Ending*> found;
  auto next = openings.begin();
  for (const Ending* ending : endings) {
    next = std::lower_bound(next, openings.end(), ending->closed);
    if (next == openings.end()) break;
    if (*next - ending->closed > pool_case.thresholds.leak) continue;
    found.push_back(ending);
    ++next;
  }
  return found;
}

/// With those that were opened soon after one of them and ended in the same way: the last of a row is one of the row.
std::vector<const Ending*> with_successors(std::vector<const Ending*> avoidable,
                                           const std::vector<const Ending*>& endings, const PoolCase& pool_case) {
  std::vector<Instant> closed;  // in order
  for (const Ending* ending : avoidable) closed.push_back(ending->closed);
  const std::set<const Ending*> known(avoidable.begin(), avoidable.end());
  for (const Ending* ending : endings) {
    if (known.contains(ending)) continue;
    const auto later = std::upper_bound(closed.begin(), closed.end(), ending->opened);
    if (later != closed.begin() && ending->opened - *std::prev(later) <= pool_case.thresholds.leak)
      avoidable.push_back(ending);
  }
  return avoidable;
}

/// Most requests use a connection again: a limit on requests or on age, not churn.
bool is_mostly_reused(const Pool& pool) { return pool.opened_per_second * 10 < pool.exchanges_per_second; }

/// Empty as long as too little is known: a name that is given is not taken back.
std::string cause_of(const PoolCase& pool_case, const std::vector<const Ending*>& endings) {
  const std::uint64_t kept = pool_case.kept_idle();
  const bool is_database_pool = traits_of(pool_case.pool.protocol).is_database;
  // What a pool keeps it uses again; of sessions of SQL it takes long until that shows.
  const bool uses_kept = kept != 0 && (is_sql(pool_case.pool.protocol) || pool_case.reuses());
  if (uses_kept && pool_case.peak_in_use() > kept) return pool_case.is_known_for(2) ? "idle-limit" : "";
  // One request too many that was counted in a few must not decide.
  if (!are_single(endings, traits_of(pool_case.pool.protocol).requests_of_one_use))
    return pool_case.throwing_rounds() >= 8 ? "unknown" : "";
  // What is used again was kept by somebody. Some that seem to be kept may show soon that they are.
  const bool may_keep = kept != 0 && pool_case.peak_open() > 2;
  if (!pool_case.is_known_for(pool_case.reuses() ? 8 : may_keep ? 5 : 3)) return "";
  return is_database_pool ? "connection-per-query" : "client-per-request";
}

void describe(Finding& finding, const PoolCase& pool_case) {
  const Pool& pool = pool_case.pool;
  const std::string thrown = counted(finding.count, "connection") + " to " + finding.remote;
  const std::string in_window = " in the last " + seconds_text(pool_case.window());
  if (finding.qualifier == "keep-alive-off") {
    finding.summary = thrown + " served one request" + in_window + " and ended because the program asked for it.";
  } else if (finding.qualifier == "idle-limit") {
    const std::uint64_t peak = pool_case.peak_in_use();
    finding.summary = thrown + " were thrown away right after use" + in_window + ": the pool keeps " +
                      std::to_string(pool_case.kept_idle()) + " idle, but uses up to " + std::to_string(peak) +
                      " at once.";
    if (is_sql(pool.protocol)) finding.fix_for = {"idle-limit of a database"};
    finding.fix_figures["as many as are used at once"] = std::to_string(peak);
  } else if (finding.qualifier == "connection-per-query") {
    finding.summary = thrown + " each served one piece of work" + in_window + " and were closed.";
  } else if (finding.qualifier == "client-per-request") {
    finding.summary = thrown + " each served one request" + in_window + " and were closed by the program.";
  } else {
    finding.summary = thrown + " were closed right after a response" + in_window + ", and others opened instead.";
  }
}

Finding finding_of(const PoolCase& pool_case, const std::string& cause, const std::vector<const Ending*>& endings) {
  const Pool& pool = pool_case.pool;
  Finding finding = pool_case.finding("pool-churn");
  finding.qualifier_name = "cause";
  finding.qualifier = cause;
  finding.confidence = cause == "keep-alive-off" ? Confidence::proven : Confidence::likely;
  take_endings(finding, endings);
  finding.evidence["window_seconds"] = seconds_of(pool_case.window());
  finding.evidence["opened_per_second"] = pool.opened_per_second;
  finding.evidence["peak_open"] = static_cast<std::int64_t>(pool_case.peak_open());
  finding.evidence["peak_in_use"] = static_cast<std::int64_t>(pool_case.peak_in_use());
  if (const auto exchanges = pool.exchanges_per_connection()) finding.evidence["exchanges_per_connection"] = *exchanges;
  if (cause == "idle-limit") finding.evidence["kept_idle"] = static_cast<std::int64_t>(pool_case.kept_idle());
  describe(finding, pool_case);
  return finding;
}

}  // namespace

DetectorResult pool_churn(const DetectionContext& context) {
  DetectorResult result;
  for (const PoolCase& pool_case : pool_cases(context)) {
    if (is_mostly_reused(pool_case.pool)) continue;
    const std::size_t least = pool_case.thresholds.leak_count;
    const auto asked_close = pool_case.endings([](const Ending& ending) { return ending.asked_close; });
    const auto asked = avoidable(asked_close, pool_case);
    if (asked.size() >= least && !are_probes(asked)) {
      result.findings.push_back(
          finding_of(pool_case, "keep-alive-off", with_successors(asked, asked_close, pool_case)));
      continue;
    }
    const auto reusable = pool_case.endings([](const Ending& ending) { return ending.reusable; });
    const auto thrown = avoidable(reusable, pool_case);
    if (thrown.size() < least || are_propagated_close(thrown) || are_probes(thrown)) continue;
    if (const std::string cause = cause_of(pool_case, thrown); !cause.empty())
      result.findings.push_back(finding_of(pool_case, cause, with_successors(thrown, reusable, pool_case)));
  }
  return result;
}

}  // namespace sockwarden
