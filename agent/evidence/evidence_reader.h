// Answers questions about waits from /proc and from the memory of the processes asked about. Reads nothing unasked.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/contract/evidence.h"
#include "agent/contract/question.h"
#include "agent/runtimes/runtimes.h"

namespace sockwarden {

class EvidenceReader {
 public:
  /// One answer a question, in their order. `has_timeout` is asked about the sockets that other threads are blocked on;
  /// without it such threads keep an event loop from being proven.
  [[nodiscard]] std::vector<Evidence> answer(const std::vector<Question>& questions,
                                             const HasSocketTimeout& has_timeout = {});

  /// What a process is written in; empty where nothing can be said of it.
  [[nodiscard]] ProgramFamily family(std::uint32_t pid, std::uint64_t start_ticks);

 private:
  Runtimes runtimes_;
};

}  // namespace sockwarden
