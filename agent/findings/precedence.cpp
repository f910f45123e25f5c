#include "agent/findings/precedence.h"

#include <algorithm>
#include <set>

#include "agent/detect/finding_class.h"

namespace sockwarden {
namespace {

bool have_one_subject(const Explanation& winner, const Finding& loser, const ProcessSubject& process) {
  if (winner.process != process) return false;
  const FindingClass* of = finding_class(loser.class_name);
  if (of != nullptr && of->subject == ClassSubject::process) return true;
  return winner.role == loser.role && winner.remote == loser.remote && winner.local == loser.local;
}

const Supersession* rule_for(const Explanation& winner, const Finding& loser) {
  const FindingClass* of = finding_class(winner.class_name);
  if (of == nullptr) return nullptr;
  const auto found = std::find_if(of->supersedes.begin(), of->supersedes.end(), [&](const Supersession& rule) {
    return rule.class_name == loser.class_name && (rule.qualifier.empty() || rule.qualifier == loser.qualifier);
  });
  return found == of->supersedes.end() ? nullptr : &*found;
}

/// Takes the winner's subjects away; true if nothing is left.
bool take_subjects(Finding& loser, const std::vector<std::uint64_t>& subjects) {
  const std::set<std::uint64_t> taken(subjects.begin(), subjects.end());
  const std::size_t gone =
      std::erase_if(loser.subjects, [&](std::uint64_t subject) { return taken.contains(subject); });
  loser.count -= std::min<std::uint64_t>(loser.count, gone);
  return gone != 0 && loser.subjects.empty();
}

bool is_explained(AttributedFinding& loser, const std::vector<Explanation>& explanations) {
  const ProcessSubject process = subject_of(loser.process);
  std::uint64_t covered = 0;
  for (const Explanation& winner : explanations) {
    const Supersession* rule = rule_for(winner, loser.finding);
    if (rule == nullptr || !have_one_subject(winner, loser.finding, process)) continue;
    if (rule->takes == Takes::all) return true;
    if (rule->takes == Takes::shared && take_subjects(loser.finding, winner.subjects)) return true;
    if (rule->takes == Takes::half) covered += winner.count;
  }
  return covered != 0 && covered * 2 >= loser.finding.count;
}

}  // namespace

Explanation explanation_of(const Finding& finding, const Process& process) {
  return {finding.class_name, subject_of(process), finding.role,    finding.remote,
          finding.local,      finding.count,       finding.subjects};
}

Superseded most_specific(std::vector<AttributedFinding> statements, const std::vector<Explanation>& recent) {
  std::vector<Explanation> explanations = recent;
  for (const AttributedFinding& statement : statements)
    explanations.push_back(explanation_of(statement.finding, statement.process));
  Superseded result;
  for (AttributedFinding& statement : statements) {
    if (is_explained(statement, explanations)) {
      result.ids.push_back(statement.id);
    } else {
      result.kept.push_back(std::move(statement));
    }
  }
  return result;
}

}  // namespace sockwarden
