// A server that has the whole request and never answers, while it answers others or used to.
#include <algorithm>
#include <unordered_map>

#include "agent/detect/detectors.h"
#include "agent/detect/wait.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

constexpr int beyond_threshold = 3;
constexpr int beyond_usual = 10;
constexpr std::uint64_t least_answers = 3;

/// When each process last began to wait for a peer of its own, and still does: the request waits for that peer, and
/// the missing timeout there, if there is one, is the finding.
std::unordered_map<std::uint32_t, Instant> waits_upstream(const Model& model) {
  std::unordered_map<std::uint32_t, Instant> latest;
  for (const Connection& connection : model.connections) {
    if (connection.role != Role::client) continue;
    const auto wait = wait_of(connection, model.time);
    if (!wait || wait->shown == Wait::Shown::by_blocked_thread || wait->shown == Wait::Shown::by_nothing) continue;
    Instant& known = latest[connection.process];
    known = std::max(known, wait->since);
  }
  return latest;
}

bool is_overdue(const Suspect& suspect, const Evidence& evidence, const WaitKey& key, const WaitHistory& history) {
  if (evidence.working || suspect.waited < suspect.threshold * beyond_threshold) return false;
  const auto typical = history.typical(key);
  return typical && history.answers(key) >= least_answers && suspect.waited >= *typical * beyond_usual;
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
    const auto waited = context.model.time - wait->since;
    std::string endpoint = endpoint_of(connection);
    const auto threshold = context.thresholds(*process, endpoint).wait;
    if (waited < threshold) continue;
    if (const auto busy = upstream.find(connection.process); busy != upstream.end() && busy->second >= wait->since) {
      continue;
    }
    auto question = question_of(context.model, connection, wait->direction, waited);
    if (question) suspects.push_back({*wait, waited, threshold, std::move(endpoint), std::move(*question)});
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
    if (process == nullptr || answer == answers.end()) continue;
    const Evidence& evidence = answer->second;
    const WaitKey key = key_of(*process, connection, suspect.wait.phase);
    const bool proven = evidence.verdict == Verdict::infinite;
    if (!proven && !is_overdue(suspect, evidence, key, context.waits)) continue;
    EvidenceValues facts;
    if (const auto typical = context.waits.typical(key))
      facts["typical_seconds"] = std::chrono::duration<double>(*typical).count();
    groups[{"", connection.process, suspect.endpoint}].push_back(
        {&connection, suspect.waited, proven ? Confidence::proven : Confidence::likely, &evidence, std::move(facts)});
  }
  for (const auto& [key, group] : groups) result.findings.push_back(finding_of(group, std::get<2>(key)));
  return result;
}

}  // namespace sockwarden
