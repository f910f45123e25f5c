#include "agent/reader/serve.h"

#include <sys/prctl.h>

#include <csignal>
#include <new>
#include <optional>
#include <string>

#include "agent/reader/codec.h"
#include "agent/reader/evidence_codec.h"
#include "agent/reader/local_reader.h"
#include "agent/reader/message.h"
#include "agent/reader/sandbox.h"
#include "agent/reader/unread.h"

namespace sockwarden {
namespace {

constexpr const char* no_memory = "it takes more memory than may be spent on it";

std::string answer(LocalReader& reader, const StackQuestion& question) {
  try {
    return encode(reader.answer(question));
  } catch (const std::bad_alloc&) {
    return encode(unread_stack(question, no_memory));
  }
}

std::string answer(LocalReader& reader, const WaitQuestions& questions) {
  try {
    return encode(reader.answer(questions));
  } catch (const std::bad_alloc&) {
    return encode(unread_waits(questions.all, no_memory));
  }
}

std::string answer(LocalReader& reader, const FamilyQuestion& question) {
  try {
    return encode(reader.answer(question).family);
  } catch (const std::bad_alloc&) {
    return encode(ProgramFamily());
  }
}

std::optional<std::string> answer(LocalReader& reader, const std::string& text) {
  if (const auto question = decode_stack_question(text)) return answer(reader, *question);
  if (const auto questions = decode_wait_questions(text)) return answer(reader, *questions);
  if (const auto question = decode_family_question(text)) return answer(reader, *question);
  return std::nullopt;
}

}  // namespace

int serve_reader(int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto entered = enter_sandbox();
  if (!send_message(socket, encode_greeting(entered ? "" : entered.error().message())) || !entered) return 1;
  LocalReader reader;
  while (!is_used_up()) {
    const auto text = receive_message(socket);
    if (!text) return 0;
    const auto said = answer(reader, *text);
    if (!said || !send_message(socket, *said)) return 1;
  }
  return 0;
}

}  // namespace sockwarden
