#include "agent/detect/likelihood.h"

namespace sockwarden {
namespace {

constexpr int beyond_threshold = 3;
constexpr int beyond_usual = 10;
constexpr std::uint64_t least_answers = 2;
/// Clients are slow as they like: what they take says little, so that more patience is due.
constexpr int beyond_threshold_for_clients_pace = 6;

/// Connections are made in no time everywhere; what a request takes is only known from earlier ones.
bool is_always_quick(const std::string& phase) { return phase == "dial" || phase == "tls"; }
bool is_at_clients_pace(const std::string& phase) { return phase.starts_with("server-"); }

}  // namespace

bool is_likely_endless(const LongWait& wait, const WaitHistory& history) {
  const std::string& phase = wait.wait.phase;
  // Nobody seems to wait at all.
  if (wait.wait.only_if_blocked || wait.evidence.verdict != Verdict::timer_pending) return false;
  const Connection& connection = *wait.wait.connection;
  // Inside TLS, a session of any kind may rest.
  if (phase == "server-idle" && !is_http_1(connection.protocol)) return false;
  const bool clients_pace = is_at_clients_pace(phase);
  if (wait.waited < wait.threshold * (clients_pace ? beyond_threshold_for_clients_pace : beyond_threshold))
    return false;
  if (history.will_end(wait.key, wait.waited)) return false;
  const auto given_up = history.longest_given_up(wait.key);
  if (given_up && (clients_pace || wait.waited <= *given_up * beyond_threshold)) return false;
  // The timer that is pending may be this wait's.
  const auto& shown = wait.evidence.shown_timeout;
  if (shown && wait.waited < *shown + *shown / 4) return false;
  if (is_always_quick(phase) || clients_pace) return true;
  const auto typical = history.typical(wait.key);
  return typical && history.answers(wait.key) >= least_answers && wait.waited >= *typical * beyond_usual;
}

}  // namespace sockwarden
