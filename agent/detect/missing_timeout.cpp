// A wait for the peer that nothing will ever end.
#include <algorithm>
#include <memory>
#include <unordered_map>

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

std::optional<Confidence> confidence_in(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                                        const WaitHistory& history) {
  const Shown shown = suspect.wait.shown;
  if (shown == Shown::by_nothing) return std::nullopt;
  if (shown == Shown::by_sole_wait) {
    const bool stuck = evidence.verdict == Verdict::infinite && evidence.sole;
    if (!stuck || suspect.waited < suspect.threshold * unseen_thresholds) return std::nullopt;
    return Confidence::likely;
  }
  if (evidence.verdict == Verdict::infinite) {
    if (shown == Shown::by_blocked_thread && !blocked_on_it(evidence)) return std::nullopt;
    return Confidence::proven;
  }
  if (is_likely_endless(suspect, evidence, key, history)) return Confidence::likely;
  return std::nullopt;
}

/// It lasts, and what it waits for was not seen.
bool is_open(const Wait& wait, const Evidence& evidence) {
  const bool unseen = wait.shown == Shown::by_sole_wait || wait.shown == Shown::by_nothing;
  return unseen && evidence.verdict == Verdict::infinite && blocked_on_it(evidence);
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
  finding.summary = missing_timeout_summary(finding, longest->waited);
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

}  // namespace

Suspects missing_timeout_suspects(const DetectionContext& context) {
  Suspects suspects;
  std::optional<UnseenSockets> unseen;  // few scans ask for them
  for (const Connection& connection : context.model.connections) {
    const auto wait = wait_of(connection, context.model.time);
    const Process* process = context.model.process_of(connection);
    if (!wait || process == nullptr) continue;
    if (wait->shown == Shown::by_nothing && !context.tells_open_waits) continue;
    const auto waited = context.model.time - wait->since;
    std::string endpoint = endpoint_of(connection);
    const auto threshold = context.thresholds(*process, endpoint).wait;
    if (waited < threshold || pauses_like_before(connection, wait->phase, waited)) continue;
    auto question = question_of(context.model, connection, wait->direction, waited);
    if (!question) continue;
    if (wait->shown == Shown::by_sole_wait) {
      if (!unseen) unseen = unseen_sockets(context.model);
      question->besides = (*unseen)[connection.process];
    }
    suspects.push_back({*wait, waited, threshold, std::move(endpoint), std::move(*question)});
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
    if (process == nullptr || answer == answers.end()) continue;
    const Evidence& evidence = answer->second;
    const WaitKey key = key_of(*process, connection, suspect.wait.phase);
    if (const auto confidence = confidence_in(suspect, evidence, key, context.waits)) {
      groups[{suspect.wait.phase, connection.process, suspect.endpoint}].push_back(
          {&connection, suspect.waited, *confidence, &evidence, facts_of(suspect.wait, key, context.waits)});
    } else if (context.tells_open_waits && is_open(suspect.wait, evidence)) {
      result.open_waits.push_back(
          {process->identity, connection.pid, suspect.endpoint, suspect.waited, evidence.sentence});
    }
  }
  for (const auto& [key, group] : groups) result.findings.push_back(finding_of(std::get<0>(key), group));
  return result;
}

}  // namespace sockwarden
