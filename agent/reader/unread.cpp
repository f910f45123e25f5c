#include "agent/reader/unread.h"

namespace sockwarden {
namespace {

std::string could_not(const std::string& reason) { return "could not be read: " + reason; }

}  // namespace

StackNames unread_stack(const StackQuestion& question, const std::string& reason) {
  return {.pid = question.pid, .stack = question.stack, .frames = {}, .failure = could_not(reason)};
}

std::vector<Evidence> unread_waits(const std::vector<Question>& questions, const std::string& reason) {
  std::vector<Evidence> all;
  for (const Question& question : questions) {
    Evidence& evidence = all.emplace_back();
    evidence.connection = question.connection;
    evidence.sentence = "process " + std::to_string(question.pid) + " " + could_not(reason);
    evidence.facts["proof"] = evidence.sentence;
  }
  return all;
}

}  // namespace sockwarden
