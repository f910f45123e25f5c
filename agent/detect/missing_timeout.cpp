// A wait for the peer that nothing will ever end.
#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "agent/detect/detectors.h"
#include "agent/detect/likelihood.h"
#include "agent/detect/missing_timeout_words.h"
#include "agent/detect/wait.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

using Shown = Wait::Shown;

constexpr int gaps_to_wait = 3;
/// A question that was not seen may be one that the peer answers when it likes: it gets more time.
constexpr int unseen_thresholds = 3;

/// A stream that pauses now and then is given some of its own pauses.
bool pauses_like_before(const Connection& connection, const std::string& phase, std::chrono::nanoseconds waited) {
  return phase == "body" && connection.exchanges <= 1 && waited < connection.longest_idle * gaps_to_wait;
}

bool blocked_on_it(const Evidence& evidence) { return evidence.basis == Basis::blocked_call; }

/// A thread is blocked on the connection and on nothing else, for as long as it takes.
bool waits_for_it_alone(const Evidence& evidence) {
  return evidence.verdict == Verdict::infinite && blocked_on_it(evidence) && evidence.exclusive;
}

std::optional<Confidence> confidence_in(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                                        const WaitHistory& history) {
  // As many gave up before after the same time, whatever keeps that limit: a watchdog that shuts the connection down.
  if (history.will_end(key, suspect.waited)) return std::nullopt;
  const auto if_true = [](bool condition, Confidence confidence) {
    return condition ? std::optional(confidence) : std::nullopt;
  };
  switch (suspect.wait.shown) {
    case Shown::by_nothing:
      return std::nullopt;
    case Shown::by_sole_wait:
      return if_true(evidence.verdict == Verdict::infinite && evidence.sole &&
                         suspect.waited >= suspect.threshold * unseen_thresholds,
                     Confidence::likely);
    case Shown::by_blocked_thread:
      return if_true(waits_for_it_alone(evidence), Confidence::proven);
    case Shown::by_habit:
      return if_true(waits_for_it_alone(evidence), Confidence::likely);
    case Shown::by_its_bytes:
      break;
  }
  if (evidence.verdict == Verdict::infinite) return Confidence::proven;
  return if_true(is_likely_endless(suspect, evidence, key, history), Confidence::likely);
}

/// Whether anyone waits at all: what is not shown by its bytes is shown by a thread.
bool is_wait(const Wait& wait, const Evidence& evidence) {
  switch (wait.shown) {
    case Shown::by_its_bytes:
      return true;
    case Shown::by_blocked_thread:
      return blocked_on_it(evidence) && evidence.exclusive;
    default:
      return !evidence.unattended;
  }
}

/// With that of a client which has not said a word to a server of which a protocol is known that wants one.
std::optional<Wait> any_wait(const DetectionContext& context, const Connection& connection, const Process& process) {
  if (const auto wait = wait_of(connection, context.model.time)) return wait;
  const auto silent = silent_client(connection);
  if (!silent || context.waits.answers(key_of(process, connection, silent->phase)) == 0) return std::nullopt;
  return silent;
}

EvidenceValues facts_of(const Wait& wait, const WaitKey& key, const WaitHistory& history) {
  EvidenceValues facts;
  if (wait.shown == Shown::by_sole_wait) {
    facts["sent_bytes"] = static_cast<std::int64_t>(wait.connection->sent_bytes);
    facts["received_bytes"] = static_cast<std::int64_t>(wait.connection->received_bytes);
  }
  if (const auto typical = history.typical(key))
    facts["typical_seconds"] = std::chrono::duration<double>(*typical).count();
  if (const auto timeout = history.effective_timeout(key))
    facts["effective_timeout_seconds"] = std::chrono::duration<double>(*timeout).count();
  return facts;
}

Finding finding_of(const std::string& phase, const std::vector<Accused>& group) {
  Finding finding = finding_of(group);
  finding.class_name = "missing-timeout";
  finding.qualifier_name = "phase";
  finding.qualifier = phase;
  finding.severity = phase == "server-idle" ? Severity::info : Severity::warning;
  const auto longest =
      std::max_element(group.begin(), group.end(), [](const auto& a, const auto& b) { return a.waited < b.waited; });
  finding.summary = missing_timeout_summary(finding, longest->waited, nothing_said(*longest->connection));
  finding.fix_for = missing_timeout_fix(finding);
  return finding;
}

/// Sockets of each process whose silence may be what was asked for.
using UnseenSockets = std::unordered_map<std::uint32_t, std::shared_ptr<SocketInodes>>;

UnseenSockets unseen_sockets(const Model& model) {
  UnseenSockets unseen;
  for (const Connection& connection : model.connections) {
    if (connection.inode == 0) continue;
    const auto wait = wait_of(connection, model.time);
    if (!wait || wait->shown != Shown::by_sole_wait) continue;
    auto& sockets = unseen[connection.process];
    if (!sockets) sockets = std::make_shared<SocketInodes>();
    sockets->insert(connection.inode);
  }
  return unseen;
}

std::unordered_set<std::uint32_t> serving_processes(const Model& model) {
  std::unordered_set<std::uint32_t> serving;
  for (const Connection& connection : model.connections)
    if (connection.role == Role::server || connection.role == Role::listener) serving.insert(connection.process);
  return serving;
}

}  // namespace

Suspects missing_timeout_suspects(const DetectionContext& context) {
  Suspects suspects;
  std::optional<UnseenSockets> unseen;  // few scans ask for them
  const auto serving = serving_processes(context.model);
  for (const Connection& connection : context.model.connections) {
    const Process* process = context.model.process_of(connection);
    const auto wait = process == nullptr ? std::nullopt : any_wait(context, connection, *process);
    if (!wait) continue;
    const Thresholds thresholds = context.thresholds(*process, endpoint_of(connection));
    auto suspect = suspect_of(*wait, *process, thresholds, context.model.time);
    if (!suspect || pauses_like_before(connection, wait->phase, suspect->waited)) continue;
    suspect->serves = serving.contains(connection.process);
    if (wait->shown == Shown::by_sole_wait) {
      if (!unseen) unseen = unseen_sockets(context.model);
      suspect->question.besides = (*unseen)[connection.process];
    }
    suspects.push_back(std::move(*suspect));
  }
  return suspects;
}

DetectorResult judge_missing_timeout(const DetectionContext& context, const Suspects& suspects,
                                     const Answers& answers) {
  DetectorResult result;
  WaitingGroups groups;
  for (const Suspect& suspect : suspects) {
    const Connection& connection = *suspect.wait.connection;
    const Process* process = context.model.process_of(connection);
    const auto answer = answers.find(connection.id);
    if (process == nullptr || answer == answers.end() || !suspect.is_due()) continue;
    const Evidence& evidence = answer->second;
    const WaitKey key = key_of(*process, connection, suspect.wait.phase);
    const auto confidence = confidence_in(suspect, evidence, key, context.waits);
    if (confidence || is_wait(suspect.wait, evidence)) {
      const bool proven = confidence == Confidence::proven;
      result.waits.add(observed(suspect, *process, evidence, key, context.waits, proven));
    }
    if (confidence) {
      groups[{suspect.wait.phase, connection.process, suspect.endpoint}].push_back(
          {&connection, suspect.waited, *confidence, &evidence, facts_of(suspect.wait, key, context.waits)});
    }
  }
  for (const auto& [key, group] : groups) result.findings.push_back(finding_of(std::get<0>(key), group));
  return result;
}

}  // namespace sockwarden
