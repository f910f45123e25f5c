#include "agent/evidence/probe.h"

namespace sockwarden {

std::optional<Observation> ask_deadline(Probe& probe) {
  const auto deadline = probe.runtime.deadline(probe.question);
  if (!deadline) return std::nullopt;
  Observation seen{.basis = Basis::deadline};
  seen.fd = deadline->fd;
  seen.deadline = *deadline;
  seen.of_reads = probe.question.direction == WaitDirection::receive;
  switch (deadline->state) {
    case Deadline::State::ahead:
      seen.verdict = Verdict::finite;
      seen.timeout = probe.question.waited + deadline->left;
      break;
    case Deadline::State::passed:
      seen.verdict = Verdict::finite;
      break;
    case Deadline::State::none:
      if (deadline->only) {
        seen.verdict = Verdict::infinite;
      } else {
        ask_timers(probe, seen);
      }
      break;
  }
  return seen;
}

}  // namespace sockwarden
