#include "agent/reader/evidence_codec.h"

#include <catch2/catch.hpp>

#include "agent/reader/codec.h"

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

Question full_question() {
  Question question;
  question.connection = ~0ULL;
  question.pid = 7;
  question.start_ticks = 1'234'567'890'123;
  question.fd = 5;
  question.inode = 99;
  question.serves_http_1 = true;
  question.direction = WaitDirection::work;
  question.worker = 8;
  question.waited = 31s;
  question.receive_timeout = 2s;
  question.send_timeout = 3s;
  question.keep_alive = true;
  question.user_timeout = 4ms;
  question.holders = {9, 10};
  question.besides = std::make_shared<SocketInodes>(SocketInodes{98, 99});
  return question;
}

Evidence full_evidence() {
  Evidence evidence;
  evidence.connection = ~0ULL;
  evidence.verdict = Verdict::timer_pending;
  evidence.basis = Basis::event_loop;
  evidence.timeout = 1s;
  evidence.shown_timeout = 2s;
  evidence.hidden_limit = evidence.sole = evidence.unattended = evidence.exclusive = true;
  evidence.working = evidence.in_loop = evidence.in_lock = true;
  evidence.sentence = "thread 8 waits";
  evidence.notes = {"one", "two"};
  evidence.frames = {"main.handle server.go:7"};
  evidence.facts = {
      {"fd", std::int64_t{5}}, {"proof", std::string("it waits")}, {"s", 0.5}, {"on", true}, {"no", nullptr}};
  return evidence;
}

}  // namespace

TEST_CASE("questions about waits arrive as they were") {
  const WaitQuestions asked{.all = {full_question(), Question()}, .sockets = {{11, true}, {12, false}}};
  const auto read = decode_wait_questions(encode(asked));
  REQUIRE(read);
  REQUIRE(read->all.size() == 2);
  const Question &question = read->all[0], original = full_question();
  CHECK(question.connection == original.connection);
  CHECK(question.pid == original.pid);
  CHECK(question.start_ticks == original.start_ticks);
  CHECK(question.fd == original.fd);
  CHECK(question.inode == original.inode);
  CHECK(question.serves_http_1 == original.serves_http_1);
  CHECK(question.direction == original.direction);
  CHECK(question.worker == original.worker);
  CHECK(question.waited == original.waited);
  CHECK(question.receive_timeout == original.receive_timeout);
  CHECK(question.send_timeout == original.send_timeout);
  CHECK(question.keep_alive == original.keep_alive);
  CHECK(question.user_timeout == original.user_timeout);
  CHECK(question.holders == original.holders);
  REQUIRE(question.besides);
  CHECK(*question.besides == *original.besides);
  CHECK_FALSE(read->all[1].fd);
  CHECK_FALSE(read->all[1].besides);
  CHECK(read->sockets == asked.sockets);
}

TEST_CASE("questions that share a set still share it: it is asked about once") {
  Question first = full_question(), second = full_question();
  second.besides = first.besides;
  const auto read = decode_wait_questions(encode(WaitQuestions{.all = {first, second}, .sockets = {}}));
  REQUIRE(read);
  CHECK(read->all[0].besides == read->all[1].besides);
}

TEST_CASE("evidence arrives as it was") {
  const auto read = decode_evidence(encode({full_evidence()}), {full_question()});
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  const Evidence &evidence = read->front(), original = full_evidence();
  CHECK(evidence.verdict == original.verdict);
  CHECK(evidence.basis == original.basis);
  CHECK(evidence.timeout == original.timeout);
  CHECK(evidence.shown_timeout == original.shown_timeout);
  CHECK(evidence.hidden_limit);
  CHECK(evidence.sole);
  CHECK(evidence.unattended);
  CHECK(evidence.exclusive);
  CHECK(evidence.working);
  CHECK(evidence.in_loop);
  CHECK(evidence.in_lock);
  CHECK(evidence.sentence == original.sentence);
  CHECK(evidence.notes == original.notes);
  CHECK(evidence.frames == original.frames);
  CHECK(evidence.facts == original.facts);
}

TEST_CASE("answers that are not one to each question, in their order, are none") {
  const Evidence evidence = full_evidence();
  CHECK_FALSE(decode_evidence(encode({evidence, evidence}), {full_question()}));
  CHECK_FALSE(decode_evidence(encode(std::vector<Evidence>()), {full_question()}));
  CHECK_FALSE(decode_evidence(encode({evidence}), {Question()}));
}

TEST_CASE("a verdict that does not exist, and whatever else is no evidence, is none") {
  std::string text = encode({full_evidence()});
  const std::string verdict = "\"verdict\":1";
  REQUIRE(text.find(verdict) != std::string::npos);
  text.replace(text.find(verdict), verdict.size(), "\"verdict\":9");
  CHECK_FALSE(decode_evidence(text, {full_question()}));
  for (const char* other : {"", "[]", "{}", R"({"evidence":7})", R"({"evidence":[{}]})"})
    CHECK_FALSE(decode_evidence(other, {full_question()}));
}

TEST_CASE("a question of one kind is none of the other kinds") {
  const std::string waits = encode(WaitQuestions{.all = {full_question()}, .sockets = {}});
  const std::string family = encode(FamilyQuestion{.process = 3, .pid = 7, .start_ticks = 5});
  CHECK_FALSE(decode_stack_question(waits));
  CHECK_FALSE(decode_family_question(waits));
  CHECK_FALSE(decode_wait_questions(family));
  CHECK_FALSE(decode_stack_question(family));
}

TEST_CASE("what a process is written in arrives as it was") {
  const auto question = decode_family_question(encode(FamilyQuestion{.process = 3, .pid = 7, .start_ticks = 5}));
  REQUIRE(question);
  CHECK(question->pid == 7);
  CHECK(question->start_ticks == 5);
  const auto family = decode_family(encode(ProgramFamily{.language = "java", .libraries = {"pgjdbc", "libpq"}}));
  REQUIRE(family);
  CHECK(family->language == "java");
  CHECK(family->libraries == std::set<std::string>{"pgjdbc", "libpq"});
  CHECK_FALSE(decode_family("{}"));
}
