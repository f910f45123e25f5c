#include "agent/evidence/v8_timers.h"

#include <sys/stat.h>

#include <algorithm>

namespace sockwarden {
namespace {

constexpr std::size_t most_files = 64;

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

}  // namespace

const V8Platform* V8Timers::platform_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return nullptr;
  if (files_.size() >= most_files) files_.clear();
  const auto [known, added] = files_.try_emplace({status.st_dev, status.st_ino, status.st_mtim.tv_sec});
  if (added) known->second = read_v8_platform(path);
  return known->second ? &*known->second : nullptr;
}

bool V8Timers::is_housekeeping(const ProcessView& process, const UvTimer& timer) {
  const auto file = process.mapped_file(timer.callback);
  const V8Platform* platform = file ? platform_of(file->path) : nullptr;
  const auto callback = platform != nullptr ? platform->address_of(file->offset) : std::nullopt;
  if (!callback) return false;
  if (*callback == platform->worker_callback.begin) return true;
  if (*callback != platform->foreground_callback.begin) return false;
  const auto table = table_of_task(process, timer.data);
  const auto distance = timer.callback - *callback;  // how far from its own addresses the file was loaded
  const auto& known = platform->collections;
  return table &&
         std::any_of(known.begin(), known.end(), [&](const Extent& extent) { return extent.holds(*table - distance); });
}

bool V8Timers::are_all(const ProcessView& process, const ProcessView::Thread& thread) {
  const ReadMemory read = [&process](std::uint64_t address, void* to, std::size_t size) {
    return process.read_memory(address, to, size);
  };
  const auto timers = read_uv_timers(thread.call, thread.wait, read);
  return timers && std::all_of(timers->begin(), timers->end(),
                               [&](const UvTimer& timer) { return is_housekeeping(process, timer); });
}

}  // namespace sockwarden
