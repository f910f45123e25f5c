// The answer to a question, made from what was seen: the verdict, and the words and figures for people.
#pragma once

#include "agent/contract/evidence.h"
#include "agent/contract/question.h"
#include "agent/evidence/observation.h"

namespace sockwarden {

[[nodiscard]] Evidence answer_to(const Question& question, const Observation& seen);

}  // namespace sockwarden
