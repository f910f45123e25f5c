// What is answered where nothing could be read.
#pragma once

#include <string>
#include <vector>

#include "agent/contract/target_reader.h"

namespace sockwarden {

/// "could not be read: …"
[[nodiscard]] StackNames unread_stack(const StackQuestion& question, const std::string& reason);
[[nodiscard]] std::vector<Evidence> unread_waits(const std::vector<Question>& questions, const std::string& reason);

}  // namespace sockwarden
