#include "agent/reader/local_reader.h"

#include <iterator>
#include <utility>

namespace sockwarden {

StackNames LocalReader::answer(const StackQuestion& question) {
  ++health_.answered;
  auto frames = symbolizer_.frames(question.pid, question.start_ticks, question.addresses);
  symbolizer_.forget();
  return {.pid = question.pid, .stack = question.stack, .frames = std::move(frames), .failure = {}};
}

std::vector<Evidence> LocalReader::answer(const WaitQuestions& questions) {
  ++health_.answered;
  return evidence_reader_.answer(questions.all, [&questions](std::uint64_t inode) {
    const auto found = questions.sockets.find(inode);
    return found == questions.sockets.end() ? std::nullopt : std::optional<bool>(found->second);
  });
}

bool LocalReader::ask(StackQuestion question) {
  names_.push_back(answer(question));
  return true;
}

bool LocalReader::ask(WaitQuestions questions) {
  auto answers = answer(questions);
  std::move(answers.begin(), answers.end(), std::back_inserter(evidence_));
  return true;
}

std::vector<Evidence> LocalReader::take_evidence() { return std::exchange(evidence_, {}); }

FamilyAnswer LocalReader::answer(const FamilyQuestion& question) {
  ++health_.answered;
  return {question.process, evidence_reader_.family(question.pid, question.start_ticks)};
}

bool LocalReader::ask(FamilyQuestion question) {
  families_.push_back(answer(question));
  return true;
}

std::vector<FamilyAnswer> LocalReader::take_families() { return std::exchange(families_, {}); }

std::vector<StackNames> LocalReader::take_names() { return std::exchange(names_, {}); }

}  // namespace sockwarden
