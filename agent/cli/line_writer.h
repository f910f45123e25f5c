// Lines to a descriptor that may be slow, full, stopped or gone: whoever writes a line never waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace sockwarden {

class LineWriter {
 public:
  static constexpr std::size_t most_waiting_bytes = 64 << 10;

  /// A thread of its own writes to the descriptor, which stays the caller's and must stay open.
  explicit LineWriter(int descriptor);
  /// Gives what is left a moment, and then leaves the thread to itself: it may be in a write() that never ends.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Takes the line or, where too much waits, drops it and counts it.
  void put(std::string line);

  /// Until all is out, at most so long. Whether it is.
  bool flush(std::chrono::milliseconds limit);

  /// Lines that had no room, and those that could not be written (a full disk).
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sockwarden
