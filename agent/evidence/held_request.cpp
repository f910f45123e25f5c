// Whether a process that owes an answer will go on by itself.
#include <algorithm>

#include "agent/evidence/probe.h"

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;

std::string named(const ProcessView::Thread& thread) { return "thread " + std::to_string(thread.id); }

/// A thread that computes or sleeps may be the one that works on the answer.
const ProcessView::Thread* find_working(const ProcessView& process) {
  const auto& threads = process.threads();
  const auto found = std::find_if(threads.begin(), threads.end(), [](const auto& thread) {
    return thread.wait.kind == Kind::running || thread.wait.kind == Kind::sleep ||
           (thread.wait.kind == Kind::opaque && thread.wait.call.empty());
  });
  return found == threads.end() ? nullptr : &*found;
}

Evidence judge_futex(Probe& probe, const ProcessView::Thread& worker) {
  Evidence evidence;
  evidence.sentence = named(worker) + ", which took the request, is parked in futex";
  if (worker.wait.limit.kind != Limit::none) {
    evidence.verdict = Verdict::timer_pending;
    if (worker.wait.limit.kind == Limit::finite) evidence.shown_timeout = worker.wait.limit.length;
    evidence.sentence += " with a time limit";
  } else if (const auto* working = find_working(probe.process); working != nullptr) {
    evidence.verdict = Verdict::timer_pending;
    evidence.sentence += ", and " + named(*working) + " works on";
  } else {
    evidence.verdict = Verdict::infinite;
    evidence.sentence += " without a time limit, as for a lock, and no other thread works";
  }
  return evidence;
}

Evidence judge_loop(Probe& probe, const ProcessView::Thread& worker) {
  Evidence evidence;
  evidence.sentence = named(worker) + ", which took the request, waits in " + worker.wait.call;
  if (worker.wait.limit.kind == Limit::finite) evidence.shown_timeout = worker.wait.limit.length;
  if (const auto& sign = probe.timers.sign(); !sign.empty()) {
    evidence.verdict = Verdict::timer_pending;
    evidence.sentence += "; a timer may be pending: " + sign;
  } else {
    evidence.verdict = Verdict::infinite;
    evidence.sentence += endless_loop(worker.wait.limit);
  }
  return evidence;
}

}  // namespace

std::optional<Evidence> ask_held_request(Probe& probe) {
  if (probe.question.direction != WaitDirection::work) return std::nullopt;
  const auto& threads = probe.process.threads();
  const auto worker = std::find_if(threads.begin(), threads.end(),
                                   [&](const auto& thread) { return thread.id == probe.question.worker; });
  Evidence evidence;
  if (worker == threads.end()) {
    evidence.sentence = "the thread that took the request is gone";
    return evidence;
  }
  // Go parks its threads without a limit whenever they have nothing to run.
  if (probe.go == nullptr && worker->wait.kind == Kind::futex) {
    evidence = judge_futex(probe, *worker);
  } else if (probe.go != nullptr || worker->wait.kind == Kind::epoll || worker->wait.kind == Kind::poll) {
    evidence = judge_loop(probe, *worker);
  } else if (worker->wait.kind == Kind::running || worker->wait.kind == Kind::sleep) {
    evidence.verdict = Verdict::timer_pending;
    evidence.sentence = named(*worker) + ", which took the request, works on";
  } else {
    evidence.sentence = named(*worker) + ", which took the request, is in " + worker->wait.call;
  }
  evidence.basis = Basis::worker;
  evidence.working = find_working(probe.process) != nullptr;
  if (evidence.working) evidence.facts["working"] = true;
  evidence.facts["thread"] = static_cast<std::int64_t>(worker->id);
  if (!worker->wait.call.empty()) evidence.facts["blocked_in"] = worker->wait.call;
  return evidence;
}

}  // namespace sockwarden
