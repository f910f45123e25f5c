#include "agent/reader/serve.h"

#include <sys/prctl.h>
#include <csignal>
#include <new>
#include <optional>
#include <string>

#include "agent/reader/codec.h"
#include "agent/reader/local_reader.h"
#include "agent/reader/message.h"
#include "agent/reader/sandbox.h"

namespace sockwarden {
namespace {

constexpr const char* no_memory = "could not be read: it takes more memory than may be spent on it";

std::optional<std::string> answer(LocalReader& reader, const std::string& text) {
  const auto question = decode_stack_question(text);
  if (!question) return std::nullopt;
  try {
    return encode(reader.answer(*question));
  } catch (const std::bad_alloc&) {
    return encode(StackNames{.pid = 0, .stack = 0, .frames = {}, .failure = no_memory});
  }
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
