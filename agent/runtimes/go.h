// Go. Its goroutines move between threads, which are parked without a limit whenever they have nothing to run; its
// deadlines and timers are read from its memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/runtimes/go_binary.h"
#include "agent/runtimes/go_goroutines.h"
#include "agent/runtimes/go_locks.h"
#include "agent/runtimes/go_server.h"
#include "agent/runtimes/go_timers.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

class GoRuntime : public Runtime {
 public:
  /// While it lives, it refers to `process` and `locks`.
  GoRuntime(ProcessView& process, std::shared_ptr<const GoBinary> binary, GoLockWatch& locks)
      : process_(process),
        binary_(std::move(binary)),
        locks_(locks),
        memory_(process.memory()),
        own_(binary_->module_path) {}

  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::go; }
  [[nodiscard]] RuntimeWords words() const override;
  [[nodiscard]] const ThreadWait* waiting_task(const Thread& /*thread*/) const override { return nullptr; }
  [[nodiscard]] std::optional<TimerEffect> pending_timers(const Thread& thread) override;
  [[nodiscard]] std::optional<std::chrono::nanoseconds> last_timer() override;
  [[nodiscard]] bool hides_limits() override { return !timers(); }
  [[nodiscard]] std::optional<Deadline> deadline(const Question& question) override;
  [[nodiscard]] std::optional<TaskWait> serving_task(const Question& question) override;
  [[nodiscard]] bool is_own_thread(const Thread& thread) override;
  [[nodiscard]] OwnSignals own_signals() const override { return OwnSignals::all; }

 private:
  [[nodiscard]] const std::optional<GoTimers>& timers();
  /// Once for all questions of a visit.
  struct Look {
    std::vector<Goroutine> goroutines;
    GoHandlers handlers;
    std::vector<GoLockParty> parties;
  };
  [[nodiscard]] const Look* look();

  ProcessView& process_;
  std::shared_ptr<const GoBinary> binary_;
  GoLockWatch& locks_;
  GoMemory memory_;
  GoOwnCode own_;
  bool looked_ = false;
  std::unique_ptr<const Look> look_;  ///< null = its goroutines cannot be read
  bool timers_read_ = false;
  std::optional<GoTimers> timers_;
  std::optional<std::uint32_t> monitor_;  ///< id of its thread
};

}  // namespace sockwarden
