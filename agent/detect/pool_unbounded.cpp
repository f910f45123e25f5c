#include <algorithm>
#include <optional>

#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

constexpr std::uint32_t least_burst = 20;
constexpr std::uint32_t times_usual = 4;
constexpr std::ptrdiff_t least_rounds = 3;

struct Burst {
  std::uint32_t open = 0;
  std::uint32_t usual = 0;
  std::uint64_t opened = 0;
  Instant time{};
};

using Rounds = Latest<PoolRound>;

std::uint32_t most_in_use(Rounds::const_iterator begin, Rounds::const_iterator end) {
  std::uint32_t most = 0;
  for (auto round = begin; round != end; ++round) most = std::max(most, round->peak_in_use);
  return most;
}

std::optional<Burst> burst_of(const PoolCase& pool_case) {
  const Rounds& rounds = pool_case.pool.rounds;
  const auto by_open = [](const PoolRound& a, const PoolRound& b) { return a.peak_open < b.peak_open; };
  const auto peak = std::max_element(rounds.begin(), rounds.end(), by_open);
  if (peak == rounds.end() || peak->peak_open < least_burst) return std::nullopt;
  // It may lie in several rounds, but not for longer than the rest that it is held against: that would be load.
  const auto is_high = [&](const PoolRound& round) { return round.peak_in_use * 2 >= peak->peak_open; };
  auto first = peak, last = peak;
  while (first != rounds.begin() && is_high(*(first - 1))) --first;
  while (last + 1 != rounds.end() && is_high(*(last + 1))) ++last;
  if (first - rounds.begin() < least_rounds + 1 || rounds.end() - last < least_rounds + 2) return std::nullopt;
  const auto before = first - 1, after = last + 2;
  const auto rest = pool_case.thresholds.leak;
  if (last->time - first->time > rest) return std::nullopt;
  if (before->time - rounds.front().time < rest / 2 || rounds.back().time - last->time < rest) return std::nullopt;
  const std::uint32_t in_burst = most_in_use(before, after);
  const std::uint32_t usual = std::max({most_in_use(rounds.begin(), before), most_in_use(after, rounds.end()), 1U});
  if (peak->peak_open < usual * times_usual || in_burst * 2 < peak->peak_open) return std::nullopt;

  const Instant begin = (before - 1)->time;
  const auto opened = std::count_if(pool_case.pool.openings.begin(), pool_case.pool.openings.end(),
                                    [&](Instant opening) { return opening > begin && opening <= last->time; });
  if (static_cast<std::uint64_t>(opened) * 2 < peak->peak_open) return std::nullopt;
  return Burst{peak->peak_open, usual, static_cast<std::uint64_t>(opened), peak->time};
}

Finding finding_of(const PoolCase& pool_case, const Burst& burst) {
  Finding finding = pool_case.finding("pool-unbounded");
  finding.count = burst.open;
  finding.severity = is_sql(pool_case.pool.protocol) ? Severity::warning : Severity::info;
  finding.evidence["peak_open"] = static_cast<std::int64_t>(burst.open);
  finding.evidence["usual_in_use"] = static_cast<std::int64_t>(burst.usual);
  finding.evidence["opened_in_burst"] = static_cast<std::int64_t>(burst.opened);
  finding.evidence["seconds_ago"] = seconds_of(pool_case.now - burst.time);
  finding.summary = "One burst had " + std::to_string(burst.open) + " connections to " + finding.remote +
                    " open at once; before and after it " + std::to_string(burst.usual) +
                    (burst.usual == 1 ? " is" : " are") + " in use.";
  if (is_sql(pool_case.pool.protocol)) finding.fix_for = {"database"};
  finding.fix_figures["twice the usual load"] = std::to_string(std::max(burst.usual * 2, 4U));
  return finding;
}

}  // namespace

DetectorResult pool_unbounded(const DetectionContext& context) {
  DetectorResult result;
  for (const PoolCase& pool_case : pool_cases(context)) {
    const auto burst = burst_of(pool_case);
    if (burst && pool_case.now - burst->time <= 2 * pool_case.window())
      result.findings.push_back(finding_of(pool_case, *burst));
  }
  return result;
}

}  // namespace sockwarden
