// A server that has the whole request and never answers, while it answers others or used to.
#include <algorithm>
#include <unordered_map>

#include "agent/detect/detectors.h"
#include "agent/detect/likelihood.h"
#include "agent/detect/wait.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

/// A peer of its own owes it something, whatever they speak and however long that may take by their protocol.
bool waits_for_peer(Phase phase) {
  switch (phase) {
    case Phase::dial:
    case Phase::tls:
    case Phase::request_sending:
    case Phase::first_byte_wait:
    case Phase::body:
      return true;
    default:
      return false;
  }
}

/// When each process last began to wait for a peer of its own, and still does: the request waits for that peer, and
/// the missing timeout there, if there is one, is the finding.
std::unordered_map<std::uint32_t, Instant> waits_upstream(const Model& model) {
  std::unordered_map<std::uint32_t, Instant> latest;
  for (const Connection& connection : model.connections) {
    if (connection.role != Role::client || !waits_for_peer(connection.phase.phase)) continue;
    Instant& known = latest[connection.process];
    known = std::max(known, connection.phase.since.value_or(connection.birth));
  }
  return latest;
}

/// A loop that never answered anyone may be one that answers when it has something to tell.
std::optional<Confidence> confidence_in(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                                        const WaitHistory& history) {
  if (suspect.upstream && !evidence.in_lock) return std::nullopt;
  const bool answers = history.answers(key) > 0 || suspect.wait.connection->response.count > 0;
  if (evidence.verdict == Verdict::infinite && (answers || !evidence.in_loop)) return Confidence::proven;
  if (answers && is_likely_endless(suspect, evidence, key, history)) return Confidence::likely;
  return std::nullopt;
}

Finding finding_of(const std::vector<Accused>& group, const std::string& endpoint) {
  Finding finding = sockwarden::finding_of(group);
  finding.class_name = "stuck-request";
  finding.severity = Severity::critical;
  finding.stack_ids.clear();  // where the connection came from says nothing of the handler
  const auto longest =
      std::max_element(group.begin(), group.end(), [](const auto& a, const auto& b) { return a.waited < b.waited; });
  finding.summary = counted(finding.count, "request") + " on " + endpoint + (finding.count == 1 ? " is" : " are") +
                    " complete and not answered (" + seconds_text(longest->waited) + " so far).";
  return finding;
}

}  // namespace

Suspects stuck_request_suspects(const DetectionContext& context) {
  Suspects suspects;
  const auto upstream = waits_upstream(context.model);
  for (const Connection& connection : context.model.connections) {
    const auto wait = unanswered(connection);
    const Process* process = context.model.process_of(connection);
    if (!wait || process == nullptr) continue;
    const Thresholds thresholds = context.thresholds(*process, endpoint_of(connection));
    auto suspect = suspect_of(*wait, *process, thresholds, context.model.time);
    if (!suspect) continue;
    const auto busy = upstream.find(connection.process);
    suspect->upstream = busy != upstream.end() && busy->second >= wait->since;
    suspects.push_back(std::move(*suspect));
  }
  return suspects;
}

DetectorResult judge_stuck_request(const DetectionContext& context, const Suspects& suspects, const Answers& answers) {
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
    const bool proven = confidence == Confidence::proven;
    result.waits.add(observed(suspect, *process, evidence, key, context.waits, proven));
    if (!confidence) continue;
    EvidenceValues facts;
    if (const auto typical = context.waits.typical(key))
      facts["typical_seconds"] = std::chrono::duration<double>(*typical).count();
    groups[{"", connection.process, suspect.endpoint}].push_back(
        {&connection, suspect.waited, *confidence, &evidence, std::move(facts)});
  }
  for (const auto& [key, group] : groups) result.findings.push_back(finding_of(group, std::get<2>(key)));
  return result;
}

}  // namespace sockwarden
