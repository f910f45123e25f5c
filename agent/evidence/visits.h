// The processes that the questions of one scan lead to, each looked at once.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "agent/contract/question.h"
#include "agent/evidence/observation.h"
#include "agent/evidence/pending_timer.h"
#include "agent/evidence/upstream.h"
#include "agent/proc/process_view.h"
#include "agent/runtimes/runtimes.h"

namespace sockwarden {

class Visits {
 public:
  Visits(Runtimes& runtimes, const HasSocketTimeout& has_timeout) : runtimes_(runtimes), has_timeout_(has_timeout) {}

  /// What the process, or another that shares the connection, shows of the wait.
  [[nodiscard]] Observation look(const Question& question);

 private:
  struct Visit {
    Visit(std::uint32_t pid, std::uint64_t start_ticks, Runtimes& runtimes, const HasSocketTimeout& has_timeout);
    ProcessView process;
    std::unique_ptr<Runtime> runtime;
    PendingTimer timers;
    UpstreamFinder upstream;
    std::unordered_map<const SocketInodes*, bool> sole;  ///< by what it was asked about, for all of its questions
  };
  Visit& visit(std::uint32_t pid, std::uint64_t start_ticks);
  [[nodiscard]] Observation look_at(const Question& question, std::uint32_t pid);

  Runtimes& runtimes_;
  const HasSocketTimeout& has_timeout_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Visit>> visits_;
};

}  // namespace sockwarden
