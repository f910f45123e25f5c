// Answers questions about waits from /proc and from the memory of the processes asked about. Reads nothing unasked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "agent/contract/evidence.h"
#include "agent/contract/question.h"
#include "agent/evidence/go_binary.h"
#include "agent/evidence/pending_timer.h"
#include "agent/evidence/v8_timers.h"

namespace sockwarden {

class EvidenceReader {
 public:
  /// One answer a question, in their order. `has_timeout` is asked about the sockets that other threads are blocked on;
  /// without it such threads keep an event loop from being proven.
  [[nodiscard]] std::vector<Evidence> answer(const std::vector<Question>& questions,
                                             const HasSocketTimeout& has_timeout = {});

 private:
  struct Visit;
  using BinaryKey = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;  // device, inode, change
  const GoBinary* go_binary(const std::string& executable);

  std::map<BinaryKey, std::optional<GoBinary>> binaries_;
  V8Timers v8_;
};

}  // namespace sockwarden
