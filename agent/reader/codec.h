// Questions and answers as text. What is decoded was written by the other side, and may be anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/contract/target_reader.h"

namespace sockwarden {

[[nodiscard]] std::string encode(const StackQuestion& question);
[[nodiscard]] std::string encode(const StackNames& names);

[[nodiscard]] std::string encode(const FamilyQuestion& question);
[[nodiscard]] std::string encode(const ProgramFamily& family);
[[nodiscard]] std::optional<FamilyQuestion> decode_family_question(std::string_view text);
[[nodiscard]] std::optional<ProgramFamily> decode_family(std::string_view text);

/// Nothing where the text is no such question, or asks for more than is answered.
[[nodiscard]] std::optional<StackQuestion> decode_stack_question(std::string_view text);

/// Nothing where the text is no answer to the question.
[[nodiscard]] std::optional<StackNames> decode_stack_names(std::string_view text, const StackQuestion& question);

/// What the reader says first: that it is ready, or why it never will be.
[[nodiscard]] std::string encode_greeting(const std::string& failure);
[[nodiscard]] std::optional<std::string> decode_greeting(std::string_view text);

}  // namespace sockwarden
