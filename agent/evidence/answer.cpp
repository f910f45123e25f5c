#include "agent/evidence/answer.h"

#include "agent/evidence/duration_text.h"
#include "agent/evidence/sentence.h"

namespace sockwarden {
namespace {

using Limit = WaitLimit::Kind;

EvidenceValue seconds_or_null(const WaitLimit& limit) {
  if (limit.kind == Limit::finite) return in_seconds(limit.length);
  return nullptr;
}

void add_call(const Observation& seen, EvidenceValues& facts) {
  facts["thread"] = static_cast<std::int64_t>(seen.thread);
  if (!seen.wait.call.empty()) facts["blocked_in"] = seen.wait.call;
}

void add_blocked_call(const Observation& seen, EvidenceValues& facts) {
  add_call(seen, facts);
  const bool receives = seen.wait.direction == ThreadWait::Direction::receive;
  const char* limit = receives ? "so_rcvtimeo_seconds" : "so_sndtimeo_seconds";
  if (seen.wait.kind != ThreadWait::Kind::transfer) limit = "poll_timeout_seconds";
  facts[limit] = seconds_or_null(seen.wait.limit);
}

void add_event_loop(const Observation& seen, EvidenceValues& facts) {
  add_call(seen, facts);
  facts["epoll_fd"] = static_cast<std::int64_t>(seen.wait.fds.front());
  const auto& limit = seen.wait.limit;
  if (limit.kind == Limit::finite || limit.kind == Limit::none) facts["poll_timeout_seconds"] = seconds_or_null(limit);
}

void add_deadline(const Observation& seen, EvidenceValues& facts) {
  const auto& runtime = seen.runtime;
  if (!runtime.release.empty()) facts[runtime.key + "_release"] = runtime.release;
  auto& left = facts[runtime.key + (seen.of_reads ? "_read" : "_write") + "_deadline_in_seconds"];
  left = nullptr;
  if (seen.deadline.state == Deadline::State::ahead) left = in_seconds(seen.deadline.left);
}

EvidenceValues facts_of(const Observation& seen) {
  EvidenceValues facts;
  if (seen.fd) facts["fd"] = static_cast<std::int64_t>(*seen.fd);
  if (seen.held_by) facts["held_by_pid"] = static_cast<std::int64_t>(*seen.held_by);
  switch (seen.basis) {
    case Basis::blocked_call:
      add_blocked_call(seen, facts);
      break;
    case Basis::event_loop:
      add_event_loop(seen, facts);
      break;
    case Basis::deadline:
      add_deadline(seen, facts);
      break;
    case Basis::worker:
      if (seen.task) {
        facts["task"] = seen.task->task;
        facts["task_waits_for"] = seen.task->waits_for;
      }
      if (seen.worker != WorkerState::locked) add_call(seen, facts);
      if (seen.working) facts["working"] = true;
      break;
    case Basis::nothing:
      break;
  }
  return facts;
}

/// What else is set on the socket, and does not end the wait.
void add_notes(const Question& question, Evidence& evidence) {
  if (question.direction == WaitDirection::work) return;
  evidence.facts["keep_alive"] = question.keep_alive;
  if (question.keep_alive) {
    evidence.notes.emplace_back(
        "Keep-alive is on: it ends the wait for a host that is gone, not for a peer that stays silent.");
  }
  if (question.user_timeout.count() != 0) {
    evidence.facts["tcp_user_timeout_seconds"] = in_seconds(question.user_timeout);
    evidence.notes.push_back(
        "TCP_USER_TIMEOUT is " + in_words(question.user_timeout) +
        ": it ends the wait for a host that does not acknowledge, not for a peer that stays silent.");
  }
  if (question.direction == WaitDirection::connect && evidence.verdict == Verdict::infinite) {
    evidence.notes.emplace_back("The kernel gives up after its SYN retries; that is no timeout of the program.");
  }
}

}  // namespace

Evidence answer_to(const Question& question, const Observation& seen) {
  Evidence evidence;
  evidence.connection = question.connection;
  evidence.verdict = seen.verdict;
  evidence.basis = seen.basis;
  evidence.timeout = seen.timeout;
  evidence.shown_timeout = seen.shown_timeout;
  evidence.hidden_limit = seen.hidden_limit;
  evidence.sole = seen.sole;
  evidence.exclusive = seen.exclusive;
  evidence.working = seen.working;
  evidence.in_loop = seen.basis == Basis::worker && seen.worker == WorkerState::in_loop;
  evidence.in_lock = seen.basis == Basis::worker && (seen.worker == WorkerState::locked || seen.mutex);
  evidence.frames = seen.task ? seen.task->frames : seen.frames;
  evidence.unattended = seen.basis == Basis::nothing && seen.silence.reason == Silence::Reason::no_thread &&
                        seen.silence.seen == seen.silence.threads;
  evidence.sentence = sentence_of(seen);
  evidence.facts = facts_of(seen);
  evidence.facts["proof"] = evidence.sentence;
  add_notes(question, evidence);
  return evidence;
}

}  // namespace sockwarden
