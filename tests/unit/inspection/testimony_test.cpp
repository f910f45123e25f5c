#include "agent/inspection/testimony.h"

#include <catch2/catch.hpp>
#include <iterator>
#include <utility>

#include "tests/unit/model/world.h"

namespace sockwarden {
namespace {

using namespace std::chrono_literals;
using testing::World;

/// Answers when the test says so.
class SlowReader : public TargetReader {
 public:
  bool ask(StackQuestion /*question*/) override { return false; }
  bool ask(FamilyQuestion /*question*/) override { return false; }
  bool ask(WaitQuestions questions) override {
    if (asked.size() == room) return false;
    asked.push_back(std::move(questions));
    return true;
  }
  void answer(Verdict verdict) {
    for (const WaitQuestions& questions : std::exchange(asked, {})) {
      for (const Question& question : questions.all) {
        Evidence& evidence = answers_.emplace_back();
        evidence.connection = question.connection;
        evidence.verdict = verdict;
      }
    }
  }
  std::vector<StackNames> take_names() override { return {}; }
  std::vector<FamilyAnswer> take_families() override { return {}; }
  std::vector<Evidence> take_evidence() override { return std::exchange(answers_, {}); }
  void wait(std::chrono::milliseconds /*longest*/) override {}
  [[nodiscard]] ReaderHealth health() const override { return {}; }

  std::size_t room = 100;
  std::vector<WaitQuestions> asked;

 private:
  std::vector<Evidence> answers_;
};

struct Court {
  World world;
  Model model;
  SlowReader reader;
  Testimony testimony{reader};
  Instant begin{};  ///< of all waits
  Question question;

  Court() {
    question.connection = 7;
    question.pid = 42;
    question.progress = {100, 200};
    sample();
    begin = model.time - 5s;
  }
  void sample() { model = world.next(model); }
  Answers ask(std::vector<Question> questions) {
    for (Question& one : questions) one.waited = model.time - begin;
    return testimony.answers_to(questions, model);
  }
  Answers look(const std::vector<Question>& questions) {
    testimony.hear();
    sample();
    return ask(questions);
  }
  Answers look() { return look({question}); }
};

}  // namespace

TEST_CASE("an answer that comes scans later counts where the connection did not move since") {
  Court court;
  CHECK(court.look().empty());
  CHECK(court.look().empty());
  CHECK(court.look().empty());
  CHECK(court.reader.asked.size() == 1);  // and is not asked again meanwhile
  court.reader.answer(Verdict::infinite);
  CHECK(court.look().size() == 1);
}

TEST_CASE("a connection that moved between question and answer, or before the sample after it, says nothing") {
  Court court;
  CHECK(court.look().empty());
  SECTION("before the answer") {
    ++court.question.progress.received;
    CHECK(court.look().empty());
    court.reader.answer(Verdict::infinite);
  }
  SECTION("after the answer") {
    court.reader.answer(Verdict::infinite);
    ++court.question.progress.received;
  }
  CHECK(court.look().empty());
  court.reader.answer(Verdict::infinite);
  CHECK(court.look().size() == 1);  // it was asked anew
}

TEST_CASE("an answer that comes while a sample is taken waits for the next sample") {
  Court court;
  CHECK(court.look().empty());
  court.testimony.hear();
  court.sample();
  court.reader.answer(Verdict::infinite);
  CHECK(court.ask({court.question}).empty());
  CHECK(court.look().size() == 1);
}

TEST_CASE("what was asked of a former wait is no answer about this one") {
  Court court;
  CHECK(court.look().empty());
  court.begin += 3s;
  CHECK(court.look().empty());
  court.reader.answer(Verdict::infinite);
  CHECK(court.look().empty());
  court.reader.answer(Verdict::finite);
  const Answers answers = court.look();
  REQUIRE(answers.size() == 1);
  CHECK(answers.at(7).verdict == Verdict::finite);
}

TEST_CASE("an answer that is late is not taken for one to a later question") {
  Court court;
  CHECK(court.look().empty());
  CHECK(court.look({}).empty());  // for one scan it waits for nothing
  ++court.question.progress.received;
  CHECK(court.look().empty());
  CHECK(court.reader.asked.size() == 1);
  court.reader.answer(Verdict::infinite);
  CHECK(court.look().empty());
}

TEST_CASE("where there is no room for all, those are asked first that were not yet") {
  Court court;
  court.reader.room = 1;
  std::vector<Question> questions(3, court.question);
  for (std::uint32_t i = 0; i < 3; ++i) questions[i].pid = questions[i].connection = i + 1;
  std::vector<std::uint32_t> asked;
  for (int scan = 0; scan < 4; ++scan) {
    court.look(questions);
    REQUIRE(court.reader.asked.size() == 1);
    asked.push_back(court.reader.asked.front().all.front().pid);
    court.reader.answer(Verdict::timer_pending);
  }
  CHECK(asked == std::vector<std::uint32_t>{1, 2, 3, 1});
}

TEST_CASE("of a process with many waits, a part is asked at once, and the rest is next") {
  Court court;
  std::vector<Question> questions(1500, court.question);
  for (std::size_t i = 0; i < questions.size(); ++i) questions[i].connection = i + 1;
  court.look(questions);
  REQUIRE(court.reader.asked.size() == 1);
  const std::size_t first = court.reader.asked.front().all.size();
  CHECK(first < questions.size());
  court.reader.answer(Verdict::infinite);
  CHECK(court.look(questions).size() == first);
  court.reader.answer(Verdict::infinite);
  CHECK(court.look(questions).size() == questions.size());
}

}  // namespace sockwarden
