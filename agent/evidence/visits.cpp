#include "agent/evidence/visits.h"

#include "agent/evidence/probe.h"
#include "agent/evidence/sole_wait.h"

namespace sockwarden {
namespace {

Silence why_silent(const ProcessView& process) {
  Silence silence{.pid = process.pid(), .threads = process.thread_count(), .seen = process.threads().size()};
  for (const auto& thread : process.threads()) {
    if (!thread.wait.in_ring) continue;
    silence.reason = Silence::Reason::ring;
    silence.thread = thread.id;
    break;
  }
  return silence;
}

}  // namespace

Visits::Visit::Visit(std::uint32_t pid, std::uint64_t start_ticks, Runtimes& runtimes,
                     const HasSocketTimeout& has_timeout)
    : process(pid, start_ticks),
      runtime(runtimes.recognise(process)),
      timers(process, *runtime, has_timeout),
      upstream(process, has_timeout) {}

Visits::Visit& Visits::visit(std::uint32_t pid, std::uint64_t start_ticks) {
  auto& visited = visits_[pid];
  if (!visited) visited = std::make_unique<Visit>(pid, start_ticks, runtimes_, has_timeout_);
  return *visited;
}

Observation Visits::look_at(const Question& question, std::uint32_t pid) {
  Visit& visited = visit(pid, pid == question.pid ? question.start_ticks : 0);
  Observation nothing;
  if (const auto failure = visited.process.failure(); failure != ViewFailure::none) {
    nothing.silence = {.reason = Silence::Reason::unreadable, .failure = failure, .pid = pid};
    return nothing;
  }
  Probe probe{visited.process, question, *visited.runtime, visited.timers, visited.upstream};
  for (const auto rule : {ask_held_request, ask_blocked_thread, ask_deadline, ask_event_loop}) {
    auto seen = rule(probe);
    if (!seen) continue;
    seen->runtime = visited.runtime->words();
    if (question.besides && seen->verdict == Verdict::infinite) {
      const auto [known, added] = visited.sole.try_emplace(question.besides.get());
      if (added) known->second = is_sole_wait(probe);
      seen->sole = known->second;
    }
    return *seen;
  }
  nothing.silence = why_silent(visited.process);
  return nothing;
}

Observation Visits::look(const Question& question) {
  auto seen = look_at(question, question.pid);
  // The descriptor may have been passed on: to a process known to hold it, or to a child by fork.
  const auto look_at_others = [&](const std::vector<std::uint32_t>& others) {
    for (const auto pid : others) {
      if (seen.verdict != Verdict::unknown) return;
      if (pid == question.pid || question.inode == 0) continue;
      auto other = look_at(question, pid);
      if (other.verdict == Verdict::unknown) continue;
      seen = std::move(other);
      seen.held_by = pid;
    }
  };
  look_at_others(question.holders);
  if (seen.verdict == Verdict::unknown) look_at_others(visit(question.pid, question.start_ticks).process.children());
  return seen;
}

}  // namespace sockwarden
