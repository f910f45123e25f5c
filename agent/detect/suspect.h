// A connection or request that lasts too long, and what its process is to be asked about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "agent/contract/evidence.h"
#include "agent/contract/question.h"
#include "agent/detect/wait.h"
#include "agent/model/model.h"

namespace sockwarden {

struct Suspect {
  Wait wait;
  std::chrono::nanoseconds waited{};
  std::chrono::nanoseconds threshold{};  ///< that was exceeded
  std::string endpoint;
  Question question;
};

/// By connection.
using Answers = std::unordered_map<std::uint64_t, Evidence>;

/// The question for a connection of the Model; nothing where its process is not known.
[[nodiscard]] std::optional<Question> question_of(const Model& model, const Connection& connection,
                                                  WaitDirection direction, std::chrono::nanoseconds waited);

}  // namespace sockwarden
