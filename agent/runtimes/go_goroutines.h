// The goroutines of a Go program, read from its memory: what each waits for, and where it stands.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/runtimes/go_functions.h"
#include "agent/runtimes/go_memory.h"
#include "agent/runtimes/go_module.h"

namespace sockwarden {

/// One call on the stack of a goroutine, with what was inlined into it, innermost first.
struct GoFrame {
  std::vector<GoCall> calls;
  std::vector<std::uint64_t> words;  ///< its variables

  [[nodiscard]] bool is_of(std::string_view function) const;
};

struct Goroutine {
  enum class State { idle, runnable, running, in_call, waiting, gone };
  std::uint64_t address = 0, id = 0;
  State state = State::gone;
  std::string waits_for;        ///< "sync.Mutex.Lock", in the words of its release
  std::uint64_t stack_low = 0;  ///< moves when the stack is moved
  /// Innermost first: of one that waits, down to its beginning; of one in a system call, with calls of the past among
  /// them.
  std::vector<GoFrame> frames;
  std::uint64_t fingerprint = 0;                  ///< of its stack: the same while nothing on it changes
  std::optional<std::chrono::nanoseconds> wakes;  ///< of one that sleeps: when, on the monotonic clock
};

class GoGoroutines {
 public:
  GoGoroutines(GoMemory& memory, const GoModule& module)
      : memory_(memory), functions_(memory, module), module_(module) {}

  /// All that there are; nothing where they cannot be found, or are more than are looked at. Of one that moved while it
  /// was read, there are no frames.
  [[nodiscard]] std::optional<std::vector<Goroutine>> read();

 private:
  struct Slice {
    std::uint64_t begin = 0, length = 0, capacity = 0;
  };
  [[nodiscard]] std::optional<Slice> all();
  [[nodiscard]] bool names_itself(std::uint64_t goroutine);
  [[nodiscard]] std::optional<std::uint64_t> reasons();
  [[nodiscard]] std::string reason(std::uint8_t number);
  [[nodiscard]] std::optional<Goroutine> read(std::uint64_t address);
  [[nodiscard]] std::vector<std::uint64_t> stack(std::uint64_t from, std::uint64_t low, std::uint64_t high);
  [[nodiscard]] std::optional<std::chrono::nanoseconds> end_of_sleep(std::uint64_t goroutine);
  void walk(Goroutine& goroutine, std::uint64_t high, const char* fields);
  void search(Goroutine& goroutine, std::uint64_t high, const char* fields);

  GoMemory& memory_;
  GoFunctions functions_;
  const GoModule& module_;
  std::optional<std::uint64_t> reasons_;  ///< address of the texts
};

}  // namespace sockwarden
