// Questions about waits and their evidence as text, as in codec.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/contract/target_reader.h"

namespace sockwarden {

[[nodiscard]] std::string encode(const WaitQuestions& questions);
[[nodiscard]] std::string encode(const std::vector<Evidence>& answers);

/// Nothing where the text is no such questions, or asks for more than is answered.
[[nodiscard]] std::optional<WaitQuestions> decode_wait_questions(std::string_view text);

/// Nothing where the text is no answer to each of the questions, in their order.
[[nodiscard]] std::optional<std::vector<Evidence>> decode_evidence(std::string_view text,
                                                                   const std::vector<Question>& questions);

}  // namespace sockwarden
