#include "agent/reader/local_reader.h"

#include <utility>

namespace sockwarden {

StackNames LocalReader::answer(const StackQuestion& question) {
  ++health_.answered;
  auto frames = symbolizer_.frames(question.pid, question.start_ticks, question.addresses);
  symbolizer_.forget();
  return {.pid = question.pid, .stack = question.stack, .frames = std::move(frames), .failure = {}};
}

bool LocalReader::ask(StackQuestion question) {
  names_.push_back(answer(question));
  return true;
}

std::vector<StackNames> LocalReader::take_names() { return std::exchange(names_, {}); }

}  // namespace sockwarden
