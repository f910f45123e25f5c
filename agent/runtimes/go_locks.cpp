#include "agent/runtimes/go_locks.h"

#include <algorithm>
#include <array>

namespace sockwarden {
namespace {

using State = Goroutine::State;

bool is_in(const GoCall& call, std::string_view package) {
  return call.function.size() > package.size() && call.function.starts_with(package) &&
         call.function[package.size()] == '.';
}

/// What a goroutine waits in that waits for others of its program, or sleeps.
bool only_waits(const GoCall& call) {
  constexpr std::array<std::string_view, 6> packages{
      "runtime", "sync", "internal/sync", "time", "internal/runtime/maps", "context"};
  return std::any_of(packages.begin(), packages.end(), [&](std::string_view name) { return is_in(call, name); });
}

bool accepts(const GoCall& call) { return call.function == "internal/poll.(*FD).Accept"; }

bool locks(const GoCall& call) {
  constexpr std::array<std::string_view, 6> functions{"sync.(*Mutex).Lock",          "sync.(*Mutex).lockSlow",
                                                      "internal/sync.(*Mutex).Lock", "internal/sync.(*Mutex).lockSlow",
                                                      "sync.(*RWMutex).Lock",        "sync.(*RWMutex).RLock"};
  return std::find(functions.begin(), functions.end(), call.function) != functions.end();
}

}  // namespace

bool GoOwnCode::has(const GoCall& call) const {
  const std::string_view function = call.function;
  if (function.starts_with("main.")) return true;
  if (module_path_.empty() || !function.starts_with(module_path_) || function.size() == module_path_.size())
    return false;
  return function[module_path_.size()] == '/' || function[module_path_.size()] == '.';
}

const GoCall* GoOwnCode::first_of(const Goroutine& goroutine) const {
  for (const auto& frame : goroutine.frames)
    for (const auto& call : frame.calls)
      if (has(call)) return &call;
  return nullptr;
}

std::vector<const GoCall*> GoOwnCode::below(const Goroutine& goroutine) const {
  std::vector<const GoCall*> below;
  for (const auto& frame : goroutine.frames) {
    for (const auto& call : frame.calls) {
      if (has(call)) return below;
      below.push_back(&call);
    }
  }
  return below;
}

bool waits_for_lock(const Goroutine& goroutine, const GoOwnCode& own) {
  if (goroutine.state != State::waiting) return false;
  const auto below = own.below(goroutine);
  return std::any_of(below.begin(), below.end(), [](const GoCall* call) { return locks(*call); }) &&
         std::all_of(below.begin(), below.end(), [](const GoCall* call) { return only_waits(*call); });
}

bool may_give_back(const Goroutine& goroutine, const GoOwnCode& own, std::chrono::nanoseconds now) {
  constexpr std::chrono::minutes longest_sleep(2);
  if (goroutine.state == State::runnable || goroutine.state == State::running) return true;
  if (own.first_of(goroutine) == nullptr) return false;
  const auto below = own.below(goroutine);
  if (std::any_of(below.begin(), below.end(), [](const GoCall* call) { return accepts(*call); })) return false;
  if (goroutine.waits_for == "sleep") return !goroutine.wakes || *goroutine.wakes - now < longest_sleep;
  return goroutine.state == State::in_call ||
         !std::all_of(below.begin(), below.end(), [](const GoCall* call) { return only_waits(*call); });
}

std::vector<GoLockParty> lock_parties(const std::vector<Goroutine>& goroutines, const GoOwnCode& own,
                                      std::chrono::nanoseconds now) {
  std::vector<GoLockParty> parties;
  for (const auto& goroutine : goroutines) {
    const bool queued = waits_for_lock(goroutine, own);
    if (queued || may_give_back(goroutine, own, now)) parties.push_back({&goroutine, queued});
  }
  return parties;
}

const Goroutine* GoLockWatch::holder(const Process& process, const Goroutine& waiter,
                                     const std::vector<GoLockParty>& parties) {
  constexpr unsigned looks_past_newcomers = 3;
  if (waits_.size() >= most_waits) waits_.clear();
  const auto [known, first_look] =
      waits_.try_emplace({process.pid, process.start_ticks, waiter.id, waiter.fingerprint});
  Looks& looks = known->second;
  std::map<std::uint64_t, Stand> stands;
  const Goroutine *stood = nullptr, *any = nullptr;
  for (const auto& [goroutine, queued] : parties) {
    if (goroutine->id == waiter.id) continue;
    stands[goroutine->id] = {queued, goroutine->stack_low, goroutine->fingerprint};
    if (queued) continue;
    any = goroutine;
    const auto before = looks.last.find(goroutine->id);
    if (before == looks.last.end()) continue;
    // A stack that was moved looks otherwise, though nothing on it has gone on.
    const Stand& then = before->second;
    if (then.queued || then.stack_low != goroutine->stack_low || then.fingerprint == goroutine->fingerprint)
      stood = goroutine;
  }
  looks.last = std::move(stands);
  looks.without_holder = first_look || stood != nullptr ? 0 : looks.without_holder + 1;
  if (stood != nullptr) return stood;
  return looks.without_holder < looks_past_newcomers ? any : nullptr;
}

}  // namespace sockwarden
