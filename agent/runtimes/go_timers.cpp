#include "agent/runtimes/go_timers.h"

#include <algorithm>
#include <vector>

namespace sockwarden {
namespace {

constexpr std::uint64_t most_processors = 4096, most_timers = 65536;  // timers in all
constexpr std::uint32_t timer_deleted = 3, timer_removed = 5;         // src/runtime/time.go

template <typename Number>
std::optional<Number> number_at(const ReadMemory& read, std::uint64_t address) {
  Number number{};
  return read(address, &number, sizeof(number)) ? std::optional(number) : std::nullopt;
}

/// A slice of pointers; nothing where it cannot be one.
std::optional<std::vector<std::uint64_t>> pointers_at(const ReadMemory& read, std::uint64_t slice, std::uint64_t most) {
  struct {
    std::uint64_t begin = 0, length = 0, capacity = 0;
  } header;
  if (!read(slice, &header, sizeof(header))) return std::nullopt;
  if (header.length > header.capacity || header.length > most) return std::nullopt;
  std::vector<std::uint64_t> pointers(header.length);
  if (pointers.empty()) return pointers;
  const bool readable = read(header.begin, pointers.data(), pointers.size() * sizeof(pointers[0]));
  return readable ? std::optional(pointers) : std::nullopt;
}

bool add_timer(const ReadMemory& read, const TimerHeapLayout& layout, std::uint64_t timer, std::uint64_t processor,
               GoTimers& timers) {
  const auto status = number_at<std::uint32_t>(read, timer + layout.timer_status);
  const auto due = number_at<std::int64_t>(read, timer + layout.timer_when);
  if (!status || !due || number_at<std::uint64_t>(read, timer + layout.timer_processor) != processor) return false;
  if (*status == timer_deleted || *status == timer_removed) return true;
  timers.all_stopped = false;
  timers.last_due = std::max(timers.last_due, std::chrono::nanoseconds(*due));
  return true;
}

}  // namespace

std::optional<GoTimers> read_go_timers(const ReadMemory& read, const TimerHeapLayout& layout) {
  const auto processors = pointers_at(read, layout.processors, most_processors);
  if (!processors || processors->empty()) return std::nullopt;
  GoTimers all;
  std::int32_t id = 0;
  std::uint64_t room = most_timers;
  for (const auto processor : *processors) {
    if (number_at<std::int32_t>(read, processor + layout.id) != id++) return std::nullopt;
    const auto timers = pointers_at(read, processor + layout.timers, room);
    if (!timers) return std::nullopt;
    room -= timers->size();
    for (const auto timer : *timers) {
      if (!add_timer(read, layout, timer, processor, all)) return std::nullopt;
    }
  }
  return all;
}

std::optional<std::uint32_t> go_poller(const ReadMemory& read, const TimerHeapLayout& layout) {
  return number_at<std::uint32_t>(read, layout.poller);
}

}  // namespace sockwarden
