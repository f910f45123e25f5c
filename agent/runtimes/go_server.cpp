#include "agent/runtimes/go_server.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace sockwarden {
namespace {

constexpr std::string_view serve = "net/http.(*conn).serve", background_read = "net/http.(*connReader).backgroundRead";

/// What may point to an object: no small number, and neither code nor a variable of the program.
bool may_point(std::uint64_t value, const GoModule& module) {
  constexpr std::uint64_t lowest = 1 << 20;
  return value >= lowest && value % sizeof(value) == 0 && !(value >= module.text && value < module.bss_end);
}

/// Of the call and of its caller, which keeps room for what it was given; nothing where it is not on the stack.
std::set<std::uint64_t> pointers_of(std::string_view function, const Goroutine& goroutine, const GoModule& module) {
  std::set<std::uint64_t> pointers;
  const auto& frames = goroutine.frames;
  const auto call =
      std::find_if(frames.begin(), frames.end(), [&](const auto& frame) { return frame.is_of(function); });
  for (auto frame = call; frame != frames.end() && frame - call < 2; ++frame)
    for (const auto value : frame->words)
      if (may_point(value, module)) pointers.insert(value);
  return pointers;
}

}  // namespace

GoHandlers::GoHandlers(const std::vector<Goroutine>& goroutines, const GoModule& module) : module_(module) {
  for (const auto& goroutine : goroutines) {
    by_address_[goroutine.address] = &goroutine;
    for (const auto pointer : pointers_of(serve, goroutine, module)) {
      const auto [known, added] = by_pointer_.try_emplace(pointer, &goroutine);
      if (!added) known->second = nullptr;
    }
  }
}

const Goroutine* GoHandlers::find(std::uint64_t reader, GoMemory& memory) const {
  const auto reads = by_address_.find(reader);
  if (reads == by_address_.end()) return nullptr;
  const Goroutine* handler = nullptr;
  for (const auto pointer : pointers_of(background_read, *reads->second, module_)) {
    const auto connection = memory.at<std::uint64_t>(pointer);  // the first word of a connReader is its conn's address
    const auto found = connection ? by_pointer_.find(*connection) : by_pointer_.end();
    if (found == by_pointer_.end() || found->second == nullptr) continue;
    if (handler != nullptr && handler != found->second) return nullptr;
    handler = found->second;
  }
  return handler;
}

}  // namespace sockwarden
