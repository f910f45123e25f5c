// A connection or request that lasts too long, and what its process is to be asked about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "agent/config/config.h"
#include "agent/contract/evidence.h"
#include "agent/contract/question.h"
#include "agent/detect/wait.h"
#include "agent/model/model.h"

namespace sockwarden {

struct Suspect {
  Wait wait;
  std::chrono::nanoseconds waited{};
  std::chrono::nanoseconds threshold{};
  std::chrono::nanoseconds unproven{};  ///< longer than any limit that people set for such a wait
  bool serves = false;                  ///< the process has clients of its own
  bool upstream = false;                ///< a held request, whose process waits for a peer of its own since
  std::string endpoint;
  Question question;
  [[nodiscard]] bool is_due() const { return waited >= threshold; }
};

/// By connection.
using Answers = std::unordered_map<std::uint64_t, Evidence>;

/// A wait that is beyond its threshold, or will soon be: what is asked of a process counts only later.
[[nodiscard]] std::optional<Suspect> suspect_of(const Wait& wait, const Process& process, const Thresholds& thresholds,
                                                Instant now);

}  // namespace sockwarden
