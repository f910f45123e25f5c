// Whether anybody will ever give back the lock that a goroutine waits for. Go keeps no owner of a lock. But whoever
// keeps others waiting for long stands still while it holds it, and who waits is handed it in its turn
// (src/sync/mutex.go: after a millisecond), so that a newcomer gets before it once at the most.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "agent/runtimes/go_goroutines.h"

namespace sockwarden {

/// Which calls are the program's own: those of package main, and of the module that it was built of.
class GoOwnCode {
 public:
  explicit GoOwnCode(std::string module_path) : module_path_(std::move(module_path)) {}
  [[nodiscard]] bool has(const GoCall& call) const;
  /// Its innermost own call; null = none.
  [[nodiscard]] const GoCall* first_of(const Goroutine& goroutine) const;
  /// The calls below the innermost own one; all where there is none.
  [[nodiscard]] std::vector<const GoCall*> below(const Goroutine& goroutine) const;

 private:
  std::string module_path_;
};

[[nodiscard]] bool waits_for_lock(const Goroutine& goroutine, const GoOwnCode& own);

/// Whether it may hold a lock, and give it back of itself. Who waits for others of the program, for new connections, or
/// sleeps on for minutes does not: a lock that is held meanwhile holds up what the program is for. `now`: of the
/// monotonic clock.
[[nodiscard]] bool may_give_back(const Goroutine& goroutine, const GoOwnCode& own, std::chrono::nanoseconds now);

/// One that matters to whoever waits for a lock: it waits for one, too, or may give one back.
struct GoLockParty {
  const Goroutine* goroutine = nullptr;
  bool queued = false;
};
[[nodiscard]] std::vector<GoLockParty> lock_parties(const std::vector<Goroutine>& goroutines, const GoOwnCode& own,
                                                    std::chrono::nanoseconds now);

/// Remembers who may hold the locks that are waited for, from one look to the next.
class GoLockWatch {
 public:
  struct Process {
    std::uint32_t pid = 0;
    std::uint64_t start_ticks = 0;
  };
  /// One that may hold the lock for which `waiter` waits; null = none does, to this look and those before it.
  [[nodiscard]] const Goroutine* holder(const Process& process, const Goroutine& waiter,
                                        const std::vector<GoLockParty>& parties);

 private:
  static constexpr std::size_t most_waits = 1'024;
  struct Stand {
    bool queued = false;  ///< it waited for a lock, and may have been handed this one since
    std::uint64_t stack_low = 0, fingerprint = 0;
  };
  struct Looks {
    std::map<std::uint64_t, Stand> last;  ///< by id of the goroutine
    unsigned without_holder = 0;          ///< one after the other
  };
  /// Of which process (pid, start_ticks) and goroutine, standing how.
  using Wait = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, std::uint64_t>;
  std::map<Wait, Looks> waits_;
};

}  // namespace sockwarden
