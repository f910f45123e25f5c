// What processes have said of their waits, and since when it counts.
//
// A program goes on while it is looked at: what is read of it may belong to its next step. Evidence of whatever kind
// counts only if the next sample finds the connection where the last one left it, so that it did not move from before
// the question until after the answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "agent/detect/finding.h"
#include "agent/detect/suspect.h"
#include "agent/evidence/evidence_reader.h"
#include "agent/model/model.h"

namespace sockwarden {

class Testimony {
 public:
  /// Asks what has to be asked; answers with what counts by now.
  [[nodiscard]] Answers answers_to(const std::vector<Question>& questions, const Model& model);

  /// What was found of a wait stays true while it lasts: a program that moves for a moment does not take it back.
  void remember_accused(const std::vector<Finding>& findings);

  /// What a process is written in; empty where nothing can be said of it.
  [[nodiscard]] ProgramFamily family(std::uint32_t pid, std::uint64_t start_ticks) {
    return reader_.family(pid, start_ticks);
  }

 private:
  struct Known {
    Instant begin{};
    Progress progress;
    std::optional<Evidence> counts;
    std::optional<Evidence> fresh;        ///< read since the latest sample
    std::chrono::nanoseconds waited{};    ///< so far
    std::chrono::nanoseconds may_last{};  ///< as in Evidence
    bool accused = false;
    std::uint64_t model = 0;
  };
  Known& known_of(const Question& question, const Model& model);

  EvidenceReader reader_;
  std::unordered_map<std::uint64_t, Known> known_;  // by connection
};

}  // namespace sockwarden
