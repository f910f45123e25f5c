// SIGTERM, SIGINT and SIGHUP as values that the loop waits for, never as handlers.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace sockwarden {

enum class SignalRequest { stop, reload };

class Signals {
 public:
  /// Blocks the signals for this thread and those that it starts: make it before any other thread.
  Signals();
  /// Gives the thread its former mask back.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// What came within `timeout`, if anything.
  [[nodiscard]] std::optional<SignalRequest> wait(std::chrono::nanoseconds timeout) const;

 private:
  sigset_t set_{};
  sigset_t former_{};
};

}  // namespace sockwarden
