// The questions of a scan, put together by the process that they are asked of, with what the reader must know of a
// Model.
#pragma once

#include <vector>

#include "agent/contract/target_reader.h"
#include "agent/model/model.h"

namespace sockwarden {

/// In the order of the questions. Of one process no more are asked at once than are answered in the time that it gets.
[[nodiscard]] std::vector<WaitQuestions> by_process(const std::vector<Question>& questions, const Model& model);

}  // namespace sockwarden
