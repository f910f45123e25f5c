// What the agent and its reader say to each other, should either be in other hands. Input: a message.
//
// Built with: agent/reader/codec.cpp agent/reader/evidence_codec.cpp
#include <cstdint>
#include <string_view>

#include "agent/reader/codec.h"
#include "agent/reader/evidence_codec.h"

using namespace sockwarden;

namespace {

/// What was understood can be said again, and means the same.
void stacks(std::string_view text) {
  const StackQuestion asked{.pid = 7, .start_ticks = 1, .stack = 5, .addresses = {1, 2, 3}};
  if (const auto names = decode_stack_names(text, asked)) {
    if (names->pid != 7 || names->stack != 5 || names->frames.size() > 3) __builtin_trap();
    if (!decode_stack_names(encode(*names), asked)) __builtin_trap();
  }
  if (const auto question = decode_stack_question(text)) {
    const auto again = decode_stack_question(encode(*question));
    if (!again || again->addresses != question->addresses) __builtin_trap();
  }
}

void waits(std::string_view text) {
  Question asked;
  asked.connection = 7;
  if (const auto evidence = decode_evidence(text, {asked})) {
    if (evidence->size() != 1 || evidence->front().connection != 7) __builtin_trap();
    const auto again = decode_evidence(encode(*evidence), {asked});
    if (!again || again->front().verdict != evidence->front().verdict) __builtin_trap();
  }
  if (const auto questions = decode_wait_questions(text)) {
    const auto again = decode_wait_questions(encode(*questions));
    if (!again || again->all.size() != questions->all.size() || again->sockets != questions->sockets) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  stacks(text);
  waits(text);
  if (const auto family = decode_family(text); family && !decode_family(encode(*family))) __builtin_trap();
  static_cast<void>(decode_family_question(text));
  static_cast<void>(decode_greeting(text));
  return 0;
}
