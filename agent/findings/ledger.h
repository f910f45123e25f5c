// The findings' memory: who they are, since when, how many in all, and what became of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/detect/finding.h"
#include "agent/findings/precedence.h"
#include "agent/findings/shares.h"
#include "agent/findings/subject_memory.h"

namespace sockwarden {

struct LedgerLimits {
  std::chrono::seconds retention{15 * 60};  ///< how long resolved findings are kept
  std::chrono::seconds grace{30};           ///< how long a finding that is over still explains a less specific one
  /// A finding is over when it was not stated for so long. One that comes back is waited for longer: twice as long as
  /// it was away. So what comes and goes is one state, told once.
  std::chrono::seconds hold{10};
  std::chrono::seconds longest_hold{10 * 60};
  std::size_t entries = 4'096;
  std::size_t process_entries = 1'024;  ///< of one process: thousands of its own must not leave others unheard
  std::size_t past_subjects = 1'024;    ///< a finding
};

/// What is to be logged, once.
struct LedgerEvent {
  enum class Kind { activated, resolved };
  Kind kind;
  LedgerEntry entry;
};

class Ledger {
 public:
  explicit Ledger(LedgerLimits limits = {}) : limits_(limits) {}

  /// Takes what the detectors state of this Model: what is not stated any longer is resolved, at once where its process
  /// has ended, else after its hold.
  std::vector<LedgerEvent> update(std::vector<Finding> findings, const Model& model);

  /// Newest first.
  [[nodiscard]] std::vector<LedgerEntry> entries() const;

  /// Resolved findings that had to go before their time.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  /// Findings that had no room, counted in each round.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  /// Of the latest round alone, by user.
  [[nodiscard]] const std::map<std::uint32_t, std::uint64_t>& without_room() const { return without_room_; }

  [[nodiscard]] TableFill table() const;

  /// Names for the stacks of a finding; they stay while it has the same stacks.
  void set_origin(const std::string& id, std::vector<OriginStack> origin);
  void set_retention(std::chrono::seconds retention) { limits_.retention = retention; }

 private:
  struct Record {
    LedgerEntry entry{};
    SubjectMemory subjects;
    Instant resolved{};
    Instant stated{};     ///< the last time
    Instant unstated{};   ///< when it was first missed since
    bool missed = false;  ///< since it was stated
    std::chrono::nanoseconds hold{};
    std::uint64_t round = 0;
  };

  [[nodiscard]] std::vector<Explanation> recent_explanations(Instant now) const;
  void take(AttributedFinding statement, const Model& model, std::vector<LedgerEvent>& events);
  void miss(Record& record, const Model& model, std::vector<LedgerEvent>& events);
  void resolve(Record& record, const Model& model, std::vector<LedgerEvent>& events);
  void note_statement(Record& record, Instant now) const;
  void forget_superseded(const std::vector<std::string>& ids, const Model& model, std::vector<LedgerEvent>& events);
  void forget_old(Instant now);
  void count_shares();
  /// False: there is none, and nobody has a greater share.
  bool make_room(const Process& process);
  /// What is over goes first, then what weighs least, then what is newest.
  bool forget_one_of(std::uint32_t process);
  bool forget_resolved_of(std::uint32_t user);
  void forget(std::map<std::string, Record>::iterator record);
  void refuse(const Process& process);
  [[nodiscard]] std::size_t active_of(std::uint32_t process) const;

  LedgerLimits limits_;
  std::map<std::string, Record> records_;
  std::map<std::uint32_t, std::size_t> active_;  // by process, while a round is taken
  Shares shares_;                                // of all records, while a round is taken
  std::map<std::uint32_t, std::uint64_t> without_room_;
  std::uint64_t round_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace sockwarden
