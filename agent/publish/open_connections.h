// Keeps clients that are idle, slow or half gone from costing others: each has a place, a deadline and a share of
// memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>

namespace sockwarden {

class OpenConnections {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// For a client to take an answer, whatever it still reads.
  static constexpr std::chrono::seconds longest_answer{60};
  /// A client that has closed its side gets what it asked for, and then no more.
  static constexpr std::chrono::seconds longest_half_closed{5};
  /// Of answers that are under way; beyond it the one goes that takes the longest.
  static constexpr std::size_t most_answer_bytes = 64 << 20;

  struct Entry {
    int descriptor = -1;
    bool evicted = false;
    std::optional<Time> answering;    ///< since when an answer is under way
    std::size_t answer_bytes = 0;     ///< of it
    std::optional<Time> half_closed;  ///< since when the client was seen to have closed its side
  };
  using Ticket = std::list<Entry>::iterator;

  explicit OpenConnections(std::size_t limit) : limit_(limit) {}

  /// Shuts the longest idle connection down where the limit is passed. All calls come from one thread.
  Ticket started(int descriptor);
  /// An answer is on its way: it is no longer the longest idle one.
  void answering(Ticket ticket, std::size_t bytes, Time now);
  /// It is out.
  void answered(Ticket ticket);
  /// Before the descriptor is closed.
  void ended(Ticket ticket);

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  /// Now and then: shuts down what is past its time.
  void sweep(Time now);

 private:
  void evict(Entry& entry);

  std::size_t limit_;
  std::list<Entry> entries_;  ///< longest idle first
  std::size_t answer_bytes_ = 0;
};

}  // namespace sockwarden
