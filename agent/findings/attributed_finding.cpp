#include "agent/findings/attributed_finding.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "agent/findings/finding_id.h"

namespace sockwarden {
namespace {

bool is_stronger(const Finding& left, const Finding& right) {
  const auto strength = [](const Finding& finding) {
    return std::pair(finding.confidence == Confidence::proven, finding.severity);
  };
  return strength(left) > strength(right);
}

std::uint64_t count_of_both(const Finding& left, const Finding& right) {
  if (left.subjects.empty() || right.subjects.empty()) return left.count + right.count;
  const std::set<std::uint64_t> known(left.subjects.begin(), left.subjects.end());
  const auto shared = std::count_if(right.subjects.begin(), right.subjects.end(),
                                    [&](std::uint64_t subject) { return known.contains(subject); });
  const std::uint64_t sum = left.count + right.count;
  return sum - std::min(sum, static_cast<std::uint64_t>(shared));
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void merge(Finding& into, Finding&& other) {
  if (is_stronger(other, into)) std::swap(into, other);
  into.count = count_of_both(into, other);
  into.severity = std::max(into.severity, other.severity);
  append(into.subjects, other.subjects);
  append(into.origin, other.origin);
  append(into.stack_ids, other.stack_ids);
}

}  // namespace

std::vector<AttributedFinding> attributed(std::vector<Finding> findings, const Model& model) {
  std::vector<AttributedFinding> statements;
  std::map<std::string, std::size_t> places;
  for (Finding& finding : findings) {
    Process process;
    if (const Process* known = model.process_of_serial(finding.process)) process = *known;
    std::string id = finding_id(finding, process);
    const auto [place, inserted] = places.try_emplace(id, statements.size());
    if (inserted) {
      statements.push_back({std::move(id), std::move(finding), std::move(process)});
    } else {
      merge(statements[place->second].finding, std::move(finding));
    }
  }
  return statements;
}

}  // namespace sockwarden
