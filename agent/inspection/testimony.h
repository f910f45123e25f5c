// What processes have said of their waits, and since when it counts.
//
// A program goes on while it is looked at: what is read of it may belong to its next step. Evidence of whatever kind
// counts only if the sample after the answer finds the connection where the one before the question left it. Nobody
// waits for an answer, which may come scans later.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "agent/contract/target_reader.h"
#include "agent/detect/finding.h"
#include "agent/detect/suspect.h"
#include "agent/model/model.h"

namespace sockwarden {

class Testimony {
 public:
  explicit Testimony(TargetReader& reader) : reader_(reader) {}

  /// Takes the answers that have come. To be called before the sample is taken that confirms them.
  void hear();

  /// Asks what has to be asked; answers with what counts by now.
  [[nodiscard]] Answers answers_to(const std::vector<Question>& questions, const Model& model);

  /// What was found of a wait stays true while it lasts: a program that moves for a moment does not take it back.
  void remember_accused(const std::vector<Finding>& findings);

 private:
  struct Known {
    Instant begin{};
    Progress progress;                  ///< when it was asked
    std::chrono::nanoseconds waited{};  ///< until then
    std::optional<Evidence> counts;
    std::optional<Evidence> fresh;        ///< the sample after it is still to come
    bool asked = false;                   ///< and not yet answered
    bool of_former_wait = false;          ///< what was asked
    std::uint64_t asked_in = 0;           ///< number of the Model
    std::chrono::nanoseconds may_last{};  ///< as in Evidence
    bool accused = false;
    std::uint64_t model = 0;  ///< number of the latest in which the connection waits
  };
  Known& known_of(const Question& question, const Model& model);
  void ask(std::vector<Question> open, const Model& model);

  TargetReader& reader_;
  std::unordered_map<std::uint64_t, Known> known_;  // by connection
};

}  // namespace sockwarden
