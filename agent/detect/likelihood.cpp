#include "agent/detect/likelihood.h"

#include <algorithm>

namespace sockwarden {
namespace {

constexpr int beyond_given_up = 3;
constexpr int beyond_usual = 10;

/// What is kept where it cannot be read may be as long as a server's limits, or as work may take.
constexpr std::chrono::hours longest_hidden{1};

/// The loop of a server has a timer for everybody; the nearest of them is all that shows.
bool may_hide_limit(const Suspect& suspect, const Evidence& evidence) {
  return evidence.hidden_limit || (suspect.serves && evidence.basis == Basis::event_loop);
}

/// A timer that is still ahead may be this wait's. One that the wait has outlived says nothing either way.
bool may_end_in_time(const Suspect& suspect, const Evidence& evidence) {
  const auto limit = std::max(evidence.may_last, evidence.shown_timeout.value_or(evidence.may_last));
  return suspect.waited < limit + limit / 4;
}

bool is_longer_than_limits(const Suspect& suspect, const Evidence& evidence) {
  const bool hidden = suspect.waited < longest_hidden && may_hide_limit(suspect, evidence);
  return suspect.waited >= suspect.unproven && !hidden && !may_end_in_time(suspect, evidence);
}

}  // namespace

bool is_likely_endless(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                       const WaitHistory& history) {
  if (!is_longer_than_limits(suspect, evidence) || suspect.wait.shown != Wait::Shown::by_its_bytes) return false;
  if (evidence.verdict == Verdict::finite || evidence.unattended || evidence.working) return false;
  // A stream of it may be a subscription, answered when there is something to tell, beside calls that take no time.
  if (traits_of(suspect.wait.connection->protocol).may_wait) return false;
  if (history.will_end(key, suspect.waited) || history.may_have_forgotten(key)) return false;
  const auto given_up = history.longest_given_up(key);
  if (given_up && suspect.waited <= *given_up * beyond_given_up) return false;
  const auto typical = history.typical(key);
  return !typical || suspect.waited >= *typical * beyond_usual;
}

ObservedWait observed(const Suspect& suspect, const Process& process, const Evidence& evidence, const WaitKey& key,
                      const WaitHistory& history, bool proven) {
  const Connection& connection = *suspect.wait.connection;
  ObservedWait wait{.identity = process.identity,
                    .pid = connection.pid,
                    .role = connection.role,
                    .endpoint = suspect.endpoint,
                    .phase = suspect.wait.phase,
                    .waited = suspect.waited,
                    .limit = std::nullopt,
                    .proof = evidence.sentence};
  if (suspect.upstream) wait.proof = "the process waits for a peer of its own since";
  if (proven) {
    wait.verdict = WaitVerdict::proven;
  } else if (evidence.verdict == Verdict::finite) {
    wait.verdict = WaitVerdict::limited;
    wait.limit = evidence.timeout;
  } else if (history.will_end(key, suspect.waited)) {
    wait.verdict = WaitVerdict::limited;
    wait.limit = history.effective_timeout(key);
  }
  return wait;
}

}  // namespace sockwarden
