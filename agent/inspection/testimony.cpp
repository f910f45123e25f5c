#include "agent/inspection/testimony.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/contract/give_back.h"
#include "agent/inspection/socket_timeouts.h"

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
  if (added || !began_together(known.begin, begin))
    known = {.begin = begin, .progress = question.progress, .counts = {}, .fresh = {}};
  known.waited = question.waited;
  known.model = model.number;
  if (known.fresh && known.progress == question.progress) {
    const bool news = known.fresh->verdict == Verdict::infinite || known.fresh->verdict == Verdict::finite;
    if (news || !known.accused) known.counts = std::move(known.fresh);
    known.counts->may_last = known.may_last;
  }
  known.fresh.reset();
  known.progress = question.progress;
  return known;
}

Answers Testimony::answers_to(const std::vector<Question>& questions, const Model& model) {
  Answers answers;
  std::vector<Question> open;
  for (const Question& question : questions) {
    const Known& known = known_of(question, model);
    if (known.counts) answers.emplace(question.connection, *known.counts);
    if (!is_settled(known.counts, question)) open.push_back(question);
  }
  for (Evidence& evidence : reader_.answer(open, socket_timeouts(model))) {
    Known& known = known_[evidence.connection];
    known.fresh = std::move(evidence);
    known.may_last = std::max(known.may_last, may_last(*known.fresh, known.waited));
  }
  std::erase_if(known_, [&](const auto& entry) { return entry.second.model != model.number; });
  give_back_buckets(known_);
  return answers;
}

void Testimony::remember_accused(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    for (const std::uint64_t subject : finding.subjects) {
      if (const auto known = known_.find(subject); known != known_.end()) known->second.accused = true;
    }
  }
}

}  // namespace sockwarden
