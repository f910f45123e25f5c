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
  /// Of one program so many are kept by endpoint and phase. Those of further endpoints are kept together, by phase.
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

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Waits at endpoints that are kept together, so far.
  [[nodiscard]] std::uint64_t folded() const { return folded_; }
  [[nodiscard]] TableFill table() const;

 private:
  static constexpr std::size_t buckets = 96;
  struct Entry {
    std::vector<EndedWait> given_up;  // oldest first
    std::array<std::uint32_t, buckets> answers{};
    std::uint32_t answer_count = 0;
    std::list<const WaitKey*>::iterator age;
  };
  static std::size_t bucket_of(std::chrono::nanoseconds duration);
  static std::chrono::nanoseconds upper_bound_of(std::size_t bucket);
  Entry& entry_of(const WaitKey& key);
  Entry& make_entry(const WaitKey& key);
  void forget_oldest();
  [[nodiscard]] const Entry* find(const WaitKey& key) const;
  [[nodiscard]] static std::optional<std::chrono::nanoseconds> effective_timeout(const Entry& entry);

  std::size_t capacity_;
  mutable std::list<const WaitKey*> ages_;  // longest unused first; who asks uses
  std::map<WaitKey, Entry> entries_;
  std::map<Identity, std::size_t> of_program_;  // entries
  std::uint64_t folded_ = 0;
};

}  // namespace sockwarden
