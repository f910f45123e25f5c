#include "agent/detect/likelihood.h"

namespace sockwarden {
namespace {

constexpr int beyond_threshold = 3;
constexpr int beyond_usual = 10;
constexpr std::uint64_t least_answers = 2;

/// Connections are made in no time everywhere; what a request takes is only known from earlier ones.
bool is_always_quick(const std::string& phase) { return phase == "dial" || phase == "tls"; }
bool is_at_clients_pace(const std::string& phase) { return phase.starts_with("server-"); }

}  // namespace

bool is_likely_endless(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                       const WaitHistory& history) {
  const std::string& phase = suspect.wait.phase;
  // Nobody seems to wait at all.
  if (suspect.wait.shown != Wait::Shown::by_its_bytes || evidence.verdict != Verdict::timer_pending) return false;
  // A server's limits last minutes, and are hidden behind whatever other timer is due before. What its clients take
  // says nothing about them.
  if (is_at_clients_pace(phase)) return false;
  // A stream of it may be a subscription, answered when there is something to tell, beside calls that take no time.
  if (traits_of(suspect.wait.connection->protocol).may_wait) return false;
  if (suspect.waited < suspect.threshold * beyond_threshold) return false;
  if (history.will_end(key, suspect.waited)) return false;
  const auto given_up = history.longest_given_up(key);
  if (given_up && suspect.waited <= *given_up * beyond_threshold) return false;
  // The timer that is pending may be this wait's.
  const auto& shown = evidence.shown_timeout;
  if (shown && suspect.waited < *shown + *shown / 4) return false;
  if (is_always_quick(phase)) return true;
  const auto typical = history.typical(key);
  return typical && history.answers(key) >= least_answers && suspect.waited >= *typical * beyond_usual;
}

}  // namespace sockwarden
