#include "agent/evidence/mutex_owner.h"

#include <linux/futex.h>

#include <map>
#include <optional>
#include <set>

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;

/// The thread that holds the mutex of glibc for which this one waits (sysdeps/x86/nptl/bits/struct_mutex.h); nothing
/// where what is read does not look like one.
std::optional<std::uint32_t> owner_of(const ProcessView& process, const ProcessView::Thread& waiter) {
  constexpr std::uint64_t locked_with_waiters = 2;  // sysdeps/nptl/lowlevellock.h
  constexpr std::int32_t last_kind = 3;             // normal, recursive, error-checking, adaptive
  constexpr std::int32_t kind_bits = 0x7f;
  const auto& arguments = waiter.call.arguments;
  if (waiter.wait.kind != Kind::futex || waiter.wait.limit.kind != WaitLimit::Kind::none) return std::nullopt;
  if ((arguments[1] & FUTEX_CMD_MASK) != FUTEX_WAIT || arguments[2] != locked_with_waiters) return std::nullopt;
  struct {
    std::uint32_t lock = 0, count = 0, owner = 0, users = 0;
    std::int32_t kind = 0;
  } mutex;
  if (!process.read_memory(arguments[0], &mutex, sizeof(mutex))) return std::nullopt;
  const bool right = mutex.lock == locked_with_waiters && mutex.owner != 0 && mutex.users != 0 && mutex.count <= 1 &&
                     (mutex.kind & kind_bits) <= last_kind;
  return right ? std::optional(mutex.owner) : std::nullopt;
}

}  // namespace

MutexEnd end_of_mutex(const ProcessView& process, const ProcessView::Thread& waiter) {
  const auto& threads = process.threads();
  if (process.thread_count() > threads.size()) return {};
  if (!owner_of(process, waiter)) return {};
  std::map<std::uint32_t, const ProcessView::Thread*> by_own_number;  // as the C library knows them
  for (const auto& thread : threads) by_own_number[process.own_number(thread.id)] = &thread;
  if (by_own_number.contains(0)) return {};
  std::set<std::uint32_t> waiting;
  const auto* thread = &waiter;
  for (;;) {
    waiting.insert(thread->id);
    const auto owner = owner_of(process, *thread);
    if (!owner) return {};
    const auto found = by_own_number.find(*owner);
    if (found == by_own_number.end()) {
      const bool began_since = process.has_own_number(*owner);
      return {began_since ? MutexEnd::Kind::unknown : MutexEnd::Kind::never, *owner};
    }
    thread = found->second;
    if (waiting.contains(thread->id)) return {MutexEnd::Kind::never, thread->id};
    const auto& wait = thread->wait;
    if (wait.kind != Kind::futex || wait.limit.kind != WaitLimit::Kind::none)
      return {MutexEnd::Kind::works, thread->id};
  }
}

}  // namespace sockwarden
