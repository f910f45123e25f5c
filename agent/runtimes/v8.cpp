#include "agent/runtimes/v8.h"

#include <algorithm>
#include <array>

namespace sockwarden {
namespace {

/// Of timers for tasks on V8's own threads, where none of the program's code runs.
constexpr std::string_view worker_callback =
    "_ZN4node23WorkerThreadsTaskRunner20DelayedTaskScheduler7RunTaskEP10uv_timer_s";
/// Of timers for tasks on the program's thread.
constexpr std::string_view foreground_callback = "_ZN4node22PerIsolatePlatformData17RunForegroundTaskEP10uv_timer_s";
/// Of the one timer of the loop that stands for all timers of the program.
constexpr std::string_view program_callback = "_ZN4node11Environment9RunTimersEP10uv_timer_s";
/// Virtual tables of those tasks that only collect garbage.
constexpr std::array<std::string_view, 4> collections = {
    "_ZTVN2v88internal13MemoryReducer9TimerTaskE", "_ZTVN2v88internal21IncrementalMarkingJob4TaskE",
    "_ZTVN2v88internal10MinorGCJob4TaskE", "_ZTVN2v88internal11ScavengeJob4TaskE"};

std::optional<std::uint64_t> word_at(const ProcessView& process, std::uint64_t address) {
  std::uint64_t word = 0;
  return process.read_memory(address, &word, sizeof(word)) ? std::optional(word) : std::nullopt;
}

/// The virtual table of the task for which such a timer was set: the timer keeps its record, which begins with the
/// task.
std::optional<std::uint64_t> table_of_task(const ProcessView& process, std::uint64_t record) {
  const auto task = word_at(process, record);
  return task ? word_at(process, *task) : std::nullopt;
}

bool is_collection(const ObjectFile& object, std::uint64_t table) {
  return std::any_of(collections.begin(), collections.end(), [&](std::string_view name) {
    const auto known = object.symbol(name);
    return known && known->holds(table);
  });
}

}  // namespace

std::vector<std::string_view> V8Runtime::symbols() {
  std::vector<std::string_view> names(collections.begin(), collections.end());
  names.insert(names.end(), {worker_callback, foreground_callback, program_callback});
  return names;
}

bool V8Runtime::is_in(const ObjectFile& object) {
  const auto worker = object.symbol(worker_callback), foreground = object.symbol(foreground_callback);
  return worker && foreground && worker->bytes != 0 && foreground->bytes != 0;
}

RuntimeWords V8Runtime::words() const {
  return {.name = "Node", .key = "node", .release = "", .housekeeping = "the JavaScript engine's own housekeeping"};
}

bool V8Runtime::is_housekeeping(const UvTimer& timer) {
  const auto file = process_.files().at(timer.callback);
  const auto object = file ? objects_.get(file->path) : nullptr;
  if (!object || !is_in(*object)) return false;
  const auto callback = object->address_of(file->offset);
  if (!callback) return false;
  if (*callback == object->symbol(worker_callback)->begin) return true;
  if (*callback != object->symbol(foreground_callback)->begin) return false;
  const auto table = table_of_task(process_, timer.data);
  const auto distance = timer.callback - *callback;  // how far from its own addresses the file was loaded
  return table && is_collection(*object, *table - distance);
}

// All timers of the program share one of the loop, which is referenced while any of them is (lib/internal/timers.js).
TimerEffect V8Runtime::effect_of_program(const UvTimer& timer) {
  if (timer.keeps_running) return TimerEffect::program;
  const auto file = process_.files().at(timer.callback);
  const auto object = file ? objects_.get(file->path) : nullptr;
  const auto shared = object ? object->symbol(program_callback) : std::nullopt;
  const auto callback = shared ? object->address_of(file->offset) : std::nullopt;
  return callback && *callback == shared->begin ? TimerEffect::background : TimerEffect::program;
}

std::optional<TimerEffect> V8Runtime::pending_timers(const Thread& thread) {
  const auto timers = read_uv_timers(thread.call, thread.wait, process_.memory());
  if (!timers) return std::nullopt;
  TimerEffect most = TimerEffect::housekeeping;
  for (const UvTimer& timer : *timers)
    if (!is_housekeeping(timer)) most = std::max(most, effect_of_program(timer));
  return most;
}

// Of its own accord the program waits for what it sets a timer for; limits of sockets, of fetch() and of
// AbortSignal.timeout() are background.
bool V8Runtime::hides_limits() {
  const auto& threads = process_.threads();
  return std::any_of(threads.begin(), threads.end(),
                     [&](const Thread& thread) { return pending_timers(thread) == TimerEffect::background; });
}

}  // namespace sockwarden
