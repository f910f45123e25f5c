// Keeps a newcomer from being shut out by idle or slow clients: when there are too many, the longest idle one goes.
#pragma once

#include <cstddef>
#include <list>

namespace sockwarden {

class OpenConnections {
 public:
  struct Entry {
    int descriptor = -1;
    bool evicted = false;
  };
  using Ticket = std::list<Entry>::iterator;

  explicit OpenConnections(std::size_t limit) : limit_(limit) {}

  /// Shuts the longest idle connection down where the limit is passed. All calls come from one thread.
  Ticket started(int descriptor);
  void answered(Ticket ticket);
  /// Before the descriptor is closed.
  void ended(Ticket ticket);

 private:
  std::size_t limit_;
  std::list<Entry> entries_;  ///< longest idle first
};

}  // namespace sockwarden
