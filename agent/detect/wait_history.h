// How earlier waits of the same program on the same endpoint ended. Tells an effective timeout from what was seen, and
// how long an answer usually takes. Pure and bounded.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

struct WaitKey {
  Identity process;
  std::string endpoint;  ///< "10.0.0.7:8080"
  std::string phase;     ///< "header"
  auto operator<=>(const WaitKey&) const = default;
};

enum class WaitEnd {
  answered,   ///< what was waited for came
  own_close,  ///< the program gave up and closed; not because it exited
  other,      ///< the peer or the network ended it, or the program exited
};

struct EndedWait {
  Instant begin{};
  std::chrono::nanoseconds duration{};
  WaitEnd end = WaitEnd::other;
};

class WaitHistory {
 public:
  /// Of one program so many pairs of endpoint and phase are kept: its longest unused one makes room for the next.
  static constexpr std::size_t most_of_program = 256;

  explicit WaitHistory(std::size_t capacity = 4096) : capacity_(capacity) {}

  void add(const WaitKey& key, const EndedWait& wait);

  /// The program's own timeout, as its behaviour shows it: at least two waits that began at different times were given
  /// up after the same time (within 10 %), and none lasted longer.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> effective_timeout(const WaitKey& key) const;

  /// Whether a wait that still goes on is within the effective timeout, so that it will be ended.
  [[nodiscard]] bool will_end(const WaitKey& key, std::chrono::nanoseconds waited) const;

  /// What 99 of 100 answers stayed below, a bound at most a fifth too high; nothing before the first answer.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> typical(const WaitKey& key) const;
  [[nodiscard]] std::uint64_t answers(const WaitKey& key) const;

  /// The longest wait that the program gave up, if it ever did.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> longest_given_up(const WaitKey& key) const;

  /// Every effective timeout that is known, by key.
  [[nodiscard]] std::map<WaitKey, std::chrono::nanoseconds> effective_timeouts() const;

  /// Whether nothing is known of it that may have been known once: the program has had more pairs than there was room.
  [[nodiscard]] bool may_have_forgotten(const WaitKey& key) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Pairs that made room for others, so far.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  [[nodiscard]] TableFill table() const;

 private:
  static constexpr std::size_t buckets = 96;
  using Ages = std::list<const WaitKey*>;  // longest unused first; who asks uses
  struct Entry {
    std::vector<EndedWait> given_up;  // oldest first
    std::array<std::uint32_t, buckets> answers{};
    std::uint32_t answer_count = 0;
    Ages::iterator age, age_in_program;
  };
  struct Program {
    Ages ages;
    bool has_forgotten = false;
  };
  static std::size_t bucket_of(std::chrono::nanoseconds duration);
  static std::chrono::nanoseconds upper_bound_of(std::size_t bucket);
  Entry& entry_of(const WaitKey& key);
  void use(const WaitKey& key, const Entry& entry) const;
  void forget(const WaitKey& key);
  [[nodiscard]] const Entry* find(const WaitKey& key) const;
  [[nodiscard]] static std::optional<std::chrono::nanoseconds> effective_timeout(const Entry& entry);

  std::size_t capacity_;
  std::map<WaitKey, Entry> entries_;
  mutable Ages ages_;
  mutable std::map<Identity, Program> programs_;  // those with an entry
  std::uint64_t forgotten_ = 0;
};

}  // namespace sockwarden
