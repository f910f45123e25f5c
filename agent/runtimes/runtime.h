// What runs a program, behind one interface: which of what its threads do is the program's own, and what the runtime
// keeps of waits that no thread shows. What a runtime does not tell is unknown, and never guessed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/contract/question.h"
#include "agent/proc/process_view.h"

namespace sockwarden {

enum class RuntimeKind { native, go, v8, python, jvm, ruby };

/// The most that a timer does when it is due.
enum class TimerEffect {
  nothing,       ///< it was stopped
  housekeeping,  ///< the runtime's own work: none of the program's code runs
  background,    ///< the program's, but it would not stay for it: limits of its I/O, upkeep; no work that it was asked
                 ///< for
  program,
};

/// What a runtime keeps as the limit of waits on a descriptor.
struct Deadline {
  enum class State { none, ahead, passed };
  State state = State::none;
  std::chrono::nanoseconds left{};  ///< of `ahead`; not positive: it is due now
  std::uint32_t fd = 0;
  bool only = false;  ///< nothing but this deadline limits such a wait
};

/// How a runtime is called in what people read.
struct RuntimeWords {
  std::string name;          ///< "Go": "the Go runtime's read deadline"
  std::string key;           ///< "go": "go_read_deadline_in_seconds"
  std::string release;       ///< "go1.19.8"; empty = not known
  std::string housekeeping;  ///< "the JavaScript engine's own housekeeping"
};

/// What the task of a program that works on a request waits for.
struct TaskWait {
  std::string task;       ///< "goroutine 34"
  std::string waits_for;  ///< in the runtime's words: "sync.Mutex.Lock"
  bool for_lock = false;
  std::string holder;               ///< of a lock: a task that may hold it, and where; empty = none may
  std::vector<std::string> frames;  ///< "main.handle main.go:16", from the program's own innermost call on
};

/// Of one process, while it is looked at. By itself it is that of a program whose tasks are its threads.
class Runtime {
 public:
  using Thread = ProcessView::Thread;

  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  [[nodiscard]] virtual RuntimeKind kind() const = 0;
  [[nodiscard]] virtual RuntimeWords words() const { return {}; }

  /// What the task of the program waits in that this thread has run; nothing where tasks move between threads.
  [[nodiscard]] virtual const ThreadWait* waiting_task(const Thread& thread) const { return &thread.wait; }

  /// The most that any of the timers does for which this thread may wake; nothing unless all of them are known.
  [[nodiscard]] virtual std::optional<TimerEffect> pending_timers(const Thread& /*thread*/) { return std::nullopt; }

  /// How long until the last of the program's timers is due; nothing where not all of them can be read.
  [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> last_timer() { return std::nullopt; }

  /// Whether limits of waits may be among timers of which it does not tell how long they are.
  [[nodiscard]] virtual bool hides_limits() { return false; }

  /// The limit of a wait on a descriptor; nothing where the runtime keeps none, or it cannot be found.
  [[nodiscard]] virtual std::optional<Deadline> deadline(const Question& /*question*/) { return std::nullopt; }

  static constexpr std::size_t most_frames = 32;
  /// Where the task of a thread stands: "main.fetch orders.go:41", from the program's own innermost call on; empty
  /// where the runtime does not tell.
  [[nodiscard]] virtual std::vector<std::string> frames(const Thread& /*thread*/) { return {}; }

  /// The task that works on what came over a descriptor; nothing where the runtime does not tell.
  [[nodiscard]] virtual std::optional<TaskWait> serving_task(const Question& /*question*/) { return std::nullopt; }

  /// A thread of the runtime, known to wake for no timer of the program.
  [[nodiscard]] virtual bool is_own_thread(const Thread& /*thread*/) { return false; }

  [[nodiscard]] virtual OwnSignals own_signals() const { return OwnSignals::none; }

  /// One of its threads gets another to give up a blocked call, so that any timer may be that call's limit.
  [[nodiscard]] virtual bool interrupts_calls() const { return false; }
};

}  // namespace sockwarden
