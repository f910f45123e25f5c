#include "agent/findings/precedence.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace sockwarden {
namespace {

enum class Scope { process, endpoint };

enum class Extent {
  whole,       // the loser goes
  if_covered,  // the loser goes where the winners account for at least half of its count
  subjects,    // the loser loses the subjects that it shares, and goes when none is left
};

struct Rule {
  std::string_view winner;
  std::string_view loser;
  std::string_view loser_qualifier;  // empty = any
  Scope scope;
  Extent extent;
};

constexpr std::array rules{
    Rule{"undrained-body", "pool-churn", "", Scope::endpoint, Extent::whole},
    Rule{"connection-leak", "fd-leak", "socket", Scope::process, Extent::whole},
    Rule{"connection-leak", "pool-unbounded", "", Scope::endpoint, Extent::whole},
    Rule{"missing-timeout", "connection-leak", "", Scope::endpoint, Extent::subjects},
    Rule{"stuck-request", "connection-leak", "", Scope::endpoint, Extent::subjects},
    Rule{"missing-timeout", "fd-leak", "socket", Scope::process, Extent::if_covered},
    Rule{"stuck-request", "fd-leak", "socket", Scope::process, Extent::if_covered},
    Rule{"pool-unbounded", "fd-leak", "socket", Scope::process, Extent::if_covered},
};

bool applies(const Rule& rule, const Explanation& winner, const AttributedFinding& loser,
             const ProcessSubject& subject) {
  if (winner.class_name != rule.winner || winner.process != subject) return false;
  if (rule.scope == Scope::process) return true;
  const Finding& finding = loser.finding;
  return winner.role == finding.role && winner.remote == finding.remote && winner.local == finding.local;
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
  const ProcessSubject subject = subject_of(loser.process);
  std::uint64_t covered = 0;
  for (const Rule& rule : rules) {
    if (loser.finding.class_name != rule.loser) continue;
    if (!rule.loser_qualifier.empty() && loser.finding.qualifier != rule.loser_qualifier) continue;
    for (const Explanation& winner : explanations) {
      if (!applies(rule, winner, loser, subject)) continue;
      if (rule.extent == Extent::whole) return true;
      if (rule.extent == Extent::subjects && take_subjects(loser.finding, winner.subjects)) return true;
      if (rule.extent == Extent::if_covered) covered += winner.count;
    }
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
