#include "agent/inspection/testimony.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/contract/give_back.h"
#include "agent/inspection/wait_questions.h"

namespace sockwarden {
namespace {

/// The kernel tells some times to a jiffy.
constexpr auto same_begin = std::chrono::milliseconds(20);

bool began_together(Instant left, Instant right) { return (left > right ? left - right : right - left) < same_begin; }

bool is_settled(const std::optional<Evidence>& evidence, const Question& question) {
  return evidence && evidence->verdict == Verdict::infinite && (evidence->sole || !question.besides);
}

/// How long a wait may last by what shows now: a timer that it has outlived is due again and again, and not its limit.
std::chrono::nanoseconds may_last(const Evidence& evidence, std::chrono::nanoseconds waited) {
  const auto shown = evidence.shown_timeout.value_or(std::chrono::nanoseconds(0));
  return waited < shown + shown / 4 ? waited + shown : std::chrono::nanoseconds(0);
}

}  // namespace

Testimony::Known& Testimony::known_of(const Question& question, const Model& model) {
  const Instant begin = model.time - question.waited;
  const auto [found, added] = known_.try_emplace(question.connection);
  Known& known = found->second;
  if (added || !began_together(known.begin, begin)) {
    const bool asked = known.asked;
    known = Known();
    known.begin = begin;
    known.asked = known.of_former_wait = asked;
  }
  known.model = model.number;
  if (known.fresh && known.progress == question.progress) {
    const bool news = known.fresh->verdict == Verdict::infinite || known.fresh->verdict == Verdict::finite;
    if (news || !known.accused || !known.counts) known.counts = std::move(known.fresh);
    known.counts->may_last = known.may_last;
  }
  known.fresh.reset();
  return known;
}

void Testimony::hear() {
  for (Evidence& evidence : reader_.take_evidence()) {
    const auto found = known_.find(evidence.connection);
    if (found == known_.end()) continue;
    Known& known = found->second;
    known.asked = false;
    if (std::exchange(known.of_former_wait, false)) continue;
    known.fresh = std::move(evidence);
    known.may_last = std::max(known.may_last, may_last(*known.fresh, known.waited));
  }
}

Answers Testimony::answers_to(const std::vector<Question>& questions, const Model& model) {
  Answers answers;
  std::vector<Question> open;
  for (const Question& question : questions) {
    const Known& known = known_of(question, model);
    if (known.counts) answers.emplace(question.connection, *known.counts);
    if (!known.asked && !is_settled(known.counts, question)) open.push_back(question);
  }
  ask(std::move(open), model);
  // Of what has been asked the answer is still to be told from that to a later question.
  std::erase_if(known_, [&](const auto& entry) { return entry.second.model != model.number && !entry.second.asked; });
  give_back_buckets(known_);
  return answers;
}

void Testimony::ask(std::vector<Question> open, const Model& model) {
  // Where there is no room for all of them, those come first that have waited the longest to be asked.
  std::stable_sort(open.begin(), open.end(), [&](const Question& left, const Question& right) {
    return known_[left.connection].asked_in < known_[right.connection].asked_in;
  });
  for (WaitQuestions& questions : by_process(open, model)) {
    const std::vector<Question> all = questions.all;
    if (!reader_.ask(std::move(questions))) return;
    for (const Question& question : all) {
      Known& known = known_[question.connection];
      known.asked = true;
      known.asked_in = model.number;
      known.progress = question.progress;
      known.waited = question.waited;
    }
  }
}

void Testimony::remember_accused(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    for (const std::uint64_t subject : finding.subjects) {
      if (const auto known = known_.find(subject); known != known_.end()) known->second.accused = true;
    }
  }
}

}  // namespace sockwarden
