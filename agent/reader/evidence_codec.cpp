#include "agent/reader/evidence_codec.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "agent/reader/json_text.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_questions = 1024, most_holders = 16, most_notes = 16, most_frames = 64, most_facts = 64;

/// Sets are shared by the questions of a process: each is told once.
class SetNumbers {
 public:
  Json number_of(const std::shared_ptr<const SocketInodes>& set) {
    if (!set) return nullptr;
    const auto [known, added] = numbers_.try_emplace(set.get(), sets_.size());
    if (added) sets_.push_back(*set);
    return known->second;
  }
  [[nodiscard]] Json sets() const { return sets_; }

 private:
  std::map<const SocketInodes*, std::size_t> numbers_;
  Json sets_ = Json::array();
};

/// Neither compiles any more where a field is added: it has to travel, too. `progress` and `may_last` stay at home.
void fields_of(const Question& question) {
  [[maybe_unused]] const auto& [connection, pid, start, fd, inode, http, direction, worker, waited, progress, receive,
                                send, alive, user, holders, besides] = question;
}
void fields_of(const Evidence& evidence) {
  [[maybe_unused]] const auto& [connection, verdict, basis, timeout, shown, may_last, hidden, sole, unattended,
                                exclusive, working, loop, lock, sentence, notes, frames, facts] = evidence;
}

Json json_of(const Question& question, SetNumbers& sets) {
  fields_of(question);
  return {{"connection", question.connection},
          {"pid", question.pid},
          {"start_ticks", question.start_ticks},
          {"fd", json_of_optional(question.fd)},
          {"inode", question.inode},
          {"serves_http_1", question.serves_http_1},
          {"direction", static_cast<int>(question.direction)},
          {"worker", question.worker},
          {"waited", question.waited.count()},
          {"receive_timeout", question.receive_timeout.count()},
          {"send_timeout", question.send_timeout.count()},
          {"keep_alive", question.keep_alive},
          {"user_timeout", question.user_timeout.count()},
          {"holders", question.holders},
          {"besides", sets.number_of(question.besides)}};
}

/// Throws where it is none of them.
template <typename Enum>
Enum enum_of(const Json& json, Enum last) {
  const auto number = json.get<int>();
  if (number < 0 || number > static_cast<int>(last)) throw Json::other_error::create(501, "no such value", nullptr);
  return static_cast<Enum>(number);
}

using Sets = std::vector<std::shared_ptr<const SocketInodes>>;

Question question_of(const Json& json, const Sets& sets) {
  Question question;
  question.connection = json.at("connection").get<std::uint64_t>();
  question.pid = json.at("pid").get<std::uint32_t>();
  question.start_ticks = json.at("start_ticks").get<std::uint64_t>();
  question.fd = optional_of<std::uint32_t>(json.at("fd"));
  question.inode = json.at("inode").get<std::uint64_t>();
  question.serves_http_1 = json.at("serves_http_1").get<bool>();
  question.direction = enum_of(json.at("direction"), WaitDirection::work);
  question.worker = json.at("worker").get<std::uint32_t>();
  question.waited = nanoseconds(json.at("waited").get<std::int64_t>());
  question.receive_timeout = nanoseconds(json.at("receive_timeout").get<std::int64_t>());
  question.send_timeout = nanoseconds(json.at("send_timeout").get<std::int64_t>());
  question.keep_alive = json.at("keep_alive").get<bool>();
  question.user_timeout = std::chrono::milliseconds(json.at("user_timeout").get<std::int64_t>());
  question.holders = json.at("holders").get<std::vector<std::uint32_t>>();
  if (question.holders.size() > most_holders) question.holders.resize(most_holders);
  if (const auto number = optional_of<std::size_t>(json.at("besides")); number && *number < sets.size())
    question.besides = sets[*number];
  return question;
}

Json json_of(const EvidenceValues& facts) {
  Json json = Json::object();
  for (const auto& [name, value] : facts) json[name] = std::visit([](const auto& held) { return Json(held); }, value);
  return json;
}

EvidenceValue value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return bounded_text(json);
  return nullptr;
}

std::optional<std::int64_t> count_of(const std::optional<nanoseconds>& duration) {
  return duration ? std::optional(duration->count()) : std::nullopt;
}
std::optional<nanoseconds> duration_of(const Json& json) {
  const auto count = optional_of<std::int64_t>(json);
  constexpr std::int64_t century = nanoseconds(std::chrono::hours(24 * 36525)).count();  // sums stay in range
  return count ? std::optional(nanoseconds(std::clamp(*count, -century, century))) : std::nullopt;
}

Json json_of(const Evidence& evidence) {
  fields_of(evidence);
  return {{"connection", evidence.connection},
          {"verdict", static_cast<int>(evidence.verdict)},
          {"basis", static_cast<int>(evidence.basis)},
          {"timeout", json_of_optional(count_of(evidence.timeout))},
          {"shown_timeout", json_of_optional(count_of(evidence.shown_timeout))},
          {"hidden_limit", evidence.hidden_limit},
          {"sole", evidence.sole},
          {"unattended", evidence.unattended},
          {"exclusive", evidence.exclusive},
          {"working", evidence.working},
          {"in_loop", evidence.in_loop},
          {"in_lock", evidence.in_lock},
          {"sentence", evidence.sentence},
          {"notes", evidence.notes},
          {"frames", evidence.frames},
          {"facts", json_of(evidence.facts)}};
}

std::vector<std::string> texts_of(const Json& json, std::size_t most) {
  std::vector<std::string> texts;
  for (const Json& text : json)
    if (texts.size() < most) texts.push_back(bounded_text(text));
  return texts;
}

Evidence evidence_of(const Json& json) {
  Evidence evidence;
  evidence.connection = json.at("connection").get<std::uint64_t>();
  evidence.verdict = enum_of(json.at("verdict"), Verdict::infinite);
  evidence.basis = enum_of(json.at("basis"), Basis::worker);
  evidence.timeout = duration_of(json.at("timeout"));
  evidence.shown_timeout = duration_of(json.at("shown_timeout"));
  evidence.hidden_limit = json.at("hidden_limit").get<bool>();
  evidence.sole = json.at("sole").get<bool>();
  evidence.unattended = json.at("unattended").get<bool>();
  evidence.exclusive = json.at("exclusive").get<bool>();
  evidence.working = json.at("working").get<bool>();
  evidence.in_loop = json.at("in_loop").get<bool>();
  evidence.in_lock = json.at("in_lock").get<bool>();
  evidence.sentence = bounded_text(json.at("sentence"));
  evidence.notes = texts_of(json.at("notes"), most_notes);
  evidence.frames = texts_of(json.at("frames"), most_frames);
  for (const auto& [name, value] : json.at("facts").items())
    if (evidence.facts.size() < most_facts) evidence.facts.emplace(name.substr(0, most_facts), value_of(value));
  return evidence;
}

}  // namespace

std::string encode(const WaitQuestions& questions) {
  SetNumbers sets;
  Json all = Json::array(), with = Json::array(), without = Json::array();
  for (const Question& question : questions.all) all.push_back(json_of(question, sets));
  for (const auto& [inode, has_timeout] : questions.sockets) (has_timeout ? with : without).push_back(inode);
  return text_of({{"waits", std::move(all)},
                  {"sets", sets.sets()},
                  {"sockets_with_timeout", std::move(with)},
                  {"sockets_without", std::move(without)}});
}

std::optional<WaitQuestions> decode_wait_questions(std::string_view text) {
  return read_json(text, [](const Json& json) {
    WaitQuestions questions;
    Sets sets;
    for (const Json& set : json.at("sets")) sets.push_back(std::make_shared<SocketInodes>(set.get<SocketInodes>()));
    for (const Json& question : json.at("waits")) {
      if (questions.all.size() < most_questions) questions.all.push_back(question_of(question, sets));
    }
    for (const Json& inode : json.at("sockets_with_timeout"))
      questions.sockets.emplace(inode.get<std::uint64_t>(), true);
    for (const Json& inode : json.at("sockets_without")) questions.sockets.emplace(inode.get<std::uint64_t>(), false);
    return questions;
  });
}

std::string encode(const std::vector<Evidence>& answers) {
  Json all = Json::array();
  for (const Evidence& evidence : answers) all.push_back(json_of(evidence));
  return text_of({{"evidence", std::move(all)}});
}

std::optional<std::vector<Evidence>> decode_evidence(std::string_view text, const std::vector<Question>& questions) {
  auto answers = read_json(text, [](const Json& json) {
    std::vector<Evidence> all;
    for (const Json& evidence : json.at("evidence")) {
      if (all.size() < most_questions) all.push_back(evidence_of(evidence));
    }
    return all;
  });
  const auto of_question = [](const Evidence& evidence, const Question& question) {
    return evidence.connection == question.connection;
  };
  if (!answers || !std::equal(answers->begin(), answers->end(), questions.begin(), questions.end(), of_question))
    return std::nullopt;
  return answers;
}

}  // namespace sockwarden
