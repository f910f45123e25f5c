#include "agent/runtimes/go_server.h"

#include <algorithm>
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

const Goroutine* find_handler(const std::vector<Goroutine>& goroutines, std::uint64_t reader, const GoModule& module,
                              GoMemory& memory) {
  const auto reads = std::find_if(goroutines.begin(), goroutines.end(),
                                  [&](const Goroutine& goroutine) { return goroutine.address == reader; });
  if (reads == goroutines.end()) return nullptr;
  std::set<std::uint64_t> connections;  // the first word of a connReader is the address of its conn
  for (const auto pointer : pointers_of(background_read, *reads, module))
    if (const auto first = memory.at<std::uint64_t>(pointer); first && may_point(*first, module))
      connections.insert(*first);
  const Goroutine* handler = nullptr;
  for (const auto& goroutine : goroutines) {
    const auto known = pointers_of(serve, goroutine, module);
    if (std::none_of(known.begin(), known.end(), [&](std::uint64_t value) { return connections.contains(value); }))
      continue;
    if (handler != nullptr) return nullptr;
    handler = &goroutine;
  }
  return handler;
}

}  // namespace sockwarden
