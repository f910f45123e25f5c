#include <algorithm>

#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

/// A unit of work in a database: begin, a few statements, commit.
constexpr std::uint32_t few_statements = 8;

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

/// Most requests use a connection again: a limit on requests or on age, not churn.
bool is_mostly_reused(const Pool& pool) { return pool.opened_per_second * 10 < pool.turns_per_second; }

std::uint64_t peak_open(const PoolCase& pool_case) {
  std::uint64_t peak = pool_case.pool.open;
  for (const PoolRound& round : pool_case.pool.rounds)
    if (pool_case.now - round.time <= pool_case.window()) peak = std::max<std::uint64_t>(peak, round.peak_open);
  return peak;
}

std::uint64_t kept_idle(const PoolCase& pool_case) { return pool_case.pool.kept_idle.value_or(0); }

/// Of a pool that is used by several at once, one look does not tell whether it keeps some.
bool is_known_too_briefly(const PoolCase& pool_case) {
  constexpr std::ptrdiff_t enough = 3;
  const auto& rounds = pool_case.pool.rounds;
  return kept_idle(pool_case) == 0 && peak_open(pool_case) > 1 &&
         std::count_if(rounds.begin(), rounds.end(), [](const PoolRound& round) { return round.peak_in_use != 0; }) <
             enough;
}

bool are_single(const std::vector<const Ending*>& endings, std::uint32_t most) {
  const auto single =
      std::count_if(endings.begin(), endings.end(), [&](const Ending* ending) { return ending->requests <= most; });
  return static_cast<std::size_t>(single) * 10 >= endings.size() * 9;
}

std::string cause_of(const PoolCase& pool_case, const std::vector<const Ending*>& endings) {
  const Pool& pool = pool_case.pool;
  const std::uint64_t kept = kept_idle(pool_case);
  if (kept != 0 && peak_open(pool_case) > kept + 1) return "idle-limit";
  if (is_database(pool.protocol)) return are_single(endings, few_statements) ? "connection-per-query" : "unknown";
  return are_single(endings, 1) ? "client-per-request" : "unknown";
}

void describe(Finding& finding, const PoolCase& pool_case) {
  const Pool& pool = pool_case.pool;
  const std::string thrown = counted(finding.count, "connection") + " to " + finding.remote;
  const std::string in_window = " in the last " + seconds_text(pool_case.window());
  if (finding.qualifier == "keep-alive-off") {
    finding.summary = thrown + " served one request" + in_window + " and ended because the program asked for it.";
    finding.advice =
        "The requests carry Connection: close. Allow keep-alive (Go: DisableKeepAlives = false; Node: new "
        "http.Agent({keepAlive: true}); libcurl: no Connection: close header) and share one client.";
  } else if (finding.qualifier == "idle-limit") {
    const std::uint64_t peak = peak_open(pool_case);
    finding.summary = thrown + " were thrown away right after use" + in_window + ": the pool keeps " +
                      std::to_string(kept_idle(pool_case)) + " idle, but uses up to " + std::to_string(peak) +
                      " at once.";
    finding.advice = "Keep " + std::to_string(peak) + " idle connections: " +
                     (is_database(pool.protocol) ? "SetMaxIdleConns(" : "MaxIdleConnsPerHost = ") +
                     std::to_string(peak) + (is_database(pool.protocol) ? ")" : "") +
                     " in Go, or what the pool in use calls its idle or kept limit.";
  } else if (finding.qualifier == "connection-per-query") {
    finding.summary = thrown + " each served one piece of work" + in_window + " and were closed.";
    finding.advice = "Open the database once, share it, and let it pool its connections.";
  } else if (finding.qualifier == "client-per-request") {
    finding.summary = thrown + " each served one request" + in_window + " and were closed by the program.";
    finding.advice =
        "Create one client (http.Client, Session, Agent, HttpClient, curl handle) and share it. If it is shared "
        "already, look whether small response bodies are closed without being read: it looks the same from outside.";
  } else {
    finding.summary = thrown + " were closed right after a response" + in_window + ", and others opened instead.";
    finding.advice = "Look for what closes connections after use: a pool limit, a lifetime or a request limit.";
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
  finding.evidence["peak_open"] = static_cast<std::int64_t>(peak_open(pool_case));
  if (const auto turns = pool.turns_per_connection()) finding.evidence["turns_per_connection"] = *turns;
  if (cause == "idle-limit") finding.evidence["kept_idle"] = static_cast<std::int64_t>(kept_idle(pool_case));
  describe(finding, pool_case);
  return finding;
}

}  // namespace

Opinion pool_churn(const Scene& scene) {
  Opinion opinion;
  for (const PoolCase& pool_case : pool_cases(scene)) {
    if (is_mostly_reused(pool_case.pool)) continue;
    const std::size_t least = pool_case.thresholds.leak_count;
    const auto asked = avoidable(pool_case.endings([](const Ending& ending) { return ending.asked_close; }), pool_case);
    if (asked.size() >= least) {
      opinion.findings.push_back(finding_of(pool_case, "keep-alive-off", asked));
      continue;
    }
    const auto thrown = avoidable(pool_case.endings([](const Ending& ending) { return ending.reusable; }), pool_case);
    if (thrown.size() >= least && !is_known_too_briefly(pool_case))
      opinion.findings.push_back(finding_of(pool_case, cause_of(pool_case, thrown), thrown));
  }
  return opinion;
}

}  // namespace sockwarden
