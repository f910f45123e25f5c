#include "agent/runtimes/go_timers.h"

#include <vector>

namespace sockwarden {
namespace {

constexpr std::uint64_t most_processors = 4096, most_timers = 16384;
constexpr std::uint32_t timer_deleted = 3, timer_removed = 5;  // src/runtime/time.go

template <typename Number>
std::optional<Number> number_at(const ProcessView& process, std::uint64_t address) {
  Number number{};
  return process.read_memory(address, &number, sizeof(number)) ? std::optional(number) : std::nullopt;
}

/// A slice of pointers; nothing where it cannot be one.
std::optional<std::vector<std::uint64_t>> pointers_at(const ProcessView& process, std::uint64_t slice,
                                                      std::uint64_t most) {
  struct {
    std::uint64_t begin = 0, length = 0, capacity = 0;
  } header;
  if (!process.read_memory(slice, &header, sizeof(header))) return std::nullopt;
  if (header.length > header.capacity || header.length > most) return std::nullopt;
  std::vector<std::uint64_t> pointers(header.length);
  if (pointers.empty()) return pointers;
  const bool readable = process.read_memory(header.begin, pointers.data(), pointers.size() * sizeof(pointers[0]));
  return readable ? std::optional(pointers) : std::nullopt;
}

bool is_stopped(const ProcessView& process, const TimerHeapLayout& layout, std::uint64_t timer,
                std::uint64_t processor) {
  const auto status = number_at<std::uint32_t>(process, timer + layout.timer_status);
  return number_at<std::uint64_t>(process, timer + layout.timer_processor) == processor &&
         (status == timer_deleted || status == timer_removed);
}

}  // namespace

bool all_go_timers_stopped(const ProcessView& process, const TimerHeapLayout& layout) {
  const auto processors = pointers_at(process, layout.processors, most_processors);
  if (!processors || processors->empty()) return false;
  std::int32_t id = 0;
  for (const auto processor : *processors) {
    if (number_at<std::int32_t>(process, processor + layout.id) != id++) return false;
    const auto timers = pointers_at(process, processor + layout.timers, most_timers);
    if (!timers) return false;
    for (const auto timer : *timers) {
      if (!is_stopped(process, layout, timer, processor)) return false;
    }
  }
  return true;
}

std::optional<std::uint32_t> go_poller(const ProcessView& process, const TimerHeapLayout& layout) {
  return number_at<std::uint32_t>(process, layout.poller);
}

}  // namespace sockwarden
