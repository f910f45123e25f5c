#include "agent/evidence/evidence_reader.h"

#include "agent/evidence/answer.h"
#include "agent/evidence/visits.h"

namespace sockwarden {

std::vector<Evidence> EvidenceReader::answer(const std::vector<Question>& questions,
                                             const HasSocketTimeout& has_timeout) {
  Visits visits(runtimes_, has_timeout);
  std::vector<Evidence> answers;
  answers.reserve(questions.size());
  for (const auto& question : questions) answers.push_back(answer_to(question, visits.look(question)));
  return answers;
}

ProgramFamily EvidenceReader::family(std::uint32_t pid, std::uint64_t start_ticks) {
  constexpr std::size_t one_thread = 1;  // they are not asked
  return runtimes_.family(ProcessView(pid, start_ticks, one_thread));
}

}  // namespace sockwarden
