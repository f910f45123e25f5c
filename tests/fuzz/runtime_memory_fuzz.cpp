// The memory of a process that says it runs libuv, libcurl, Go or Python. Input: a byte for which, one for where the
// stack or the tables are, eight of a pointer, then the memory; addresses beyond it go on at its beginning.
//
// Built with: agent/runtimes/uv_loop.cpp agent/runtimes/libcurl.cpp agent/runtimes/go_timers.cpp
// Built with: agent/runtimes/go_deadlines.cpp agent/runtimes/go_binary.cpp agent/runtimes/go_elf.cpp
// Built with: agent/runtimes/go_memory.cpp agent/runtimes/go_module.cpp agent/runtimes/go_functions.cpp
// Built with: agent/runtimes/go_goroutines.cpp agent/runtimes/python_frames.cpp
// Built with: agent/objects/die_names.cpp
// Built with: agent/objects/object_image.cpp agent/objects/split_debug.cpp agent/proc/process_view.cpp
// Built with: agent/proc/process_facts.cpp agent/proc/process_files.cpp agent/proc/mapped_file.cpp
// Built with: agent/proc/target_file.cpp agent/proc/file_text.cpp agent/proc/process_text.cpp
// Built with: agent/proc/cgroup_place.cpp agent/proc/*_name.cpp
// Built with: agent/proc/descriptor_text.cpp agent/proc/system_call.cpp -lelf -ldw
// Longest: 8192
#include <cstdint>
#include <cstring>

#include "agent/runtimes/go_deadlines.h"
#include "agent/runtimes/go_goroutines.h"
#include "agent/runtimes/go_timers.h"
#include "agent/runtimes/libcurl.h"
#include "agent/runtimes/python_frames.h"
#include "agent/runtimes/uv_loop.h"

using namespace sockwarden;

namespace {

constexpr std::uint64_t user_end = std::uint64_t{1} << 47;
constexpr std::size_t head_bytes = 10;

void read_loop(std::uint64_t stack, const ReadMemory& memory) {
  const SystemCall call{.state = SystemCall::State::blocked, .number = 0, .arguments = {}, .stack = stack};
  ThreadWait wait{.kind = ThreadWait::Kind::epoll, .call = "epoll_wait", .fds = {13}};
  wait.limit = {WaitLimit::Kind::finite, std::chrono::seconds(5)};
  if (const auto timers = read_uv_timers(call, wait, memory); timers && timers->empty()) __builtin_trap();
}

void read_transfer(std::uint64_t stack, const ReadMemory& memory) {
  const SystemCall call{.state = SystemCall::State::blocked, .number = 0, .arguments = {}, .stack = stack};
  const auto transfer = read_curl_transfer(call, std::chrono::seconds(100), memory);
  if (transfer && transfer->limit && transfer->limit->count() < 0) __builtin_trap();
}

void read_timers(std::uint64_t table, const ReadMemory& memory) {
  TimerHeapLayout layout;
  layout.processors = table;
  layout.timers = 8;
  layout.timer_processor = 8, layout.timer_status = 16, layout.timer_when = 24;
  if (const auto timers = read_go_timers(memory, layout); timers && timers->last_due.count() < 0) __builtin_trap();
}

void read_deadlines(std::uint64_t pointer, const ReadMemory& memory) {
  for (const std::uint64_t address : poll_desc_addresses(pointer)) {
    for (const PollDescLayout& layout : known_layouts("go1.19.8")) {
      const auto deadlines = read_go_deadlines(memory, layout, address, 7);
      if (deadlines && (deadlines->read_ns < -1 || deadlines->write_ns < -1)) __builtin_trap();
    }
  }
}

/// All of it in the first pages: what is searched for the goroutines, the code, and what is known of the code.
void read_goroutines(std::uint64_t names, const ReadMemory& read) {
  constexpr std::uint64_t page = 4096;
  for (const int minor : {18, 22, 26}) {
    const GoModule module{.minor = minor,
                          .names = names,
                          .inlines = names,
                          .text = 0,
                          .text_end = page,
                          .noptrdata = 0,
                          .noptrdata_end = page,
                          .data = 0,
                          .data_end = page,
                          .bss = 0,
                          .bss_end = page};
    GoMemory memory(read);
    const auto goroutines = GoGoroutines(memory, module).read();
    for (std::size_t at = 0; goroutines && at < goroutines->size(); ++at)
      if ((*goroutines)[at].frames.size() > 100) __builtin_trap();
    static_cast<void>(GoFunctions(memory, module).at(names % page));
  }
}

void read_calls(std::uint64_t runtime, const ReadMemory& read) {
  for (const std::uint32_t release : {0x030b0000U, 0x030c0000U, 0x030d0000U})
    if (read_python_calls(runtime, release, 7, read).size() > 128) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < head_bytes + sizeof(std::uint64_t)) return 0;
  const std::uint8_t* begin = data + head_bytes;
  const std::size_t bytes = size - head_bytes;
  // What a stack names is tried, each word once; a table has an end.
  const unsigned which = data[0] % 6;
  std::size_t reads = 0, most_reads = which < 2 ? 20'000 : 1'000'000;
  const ReadMemory memory = [&](std::uint64_t address, void* to, std::size_t length) {
    if (++reads > most_reads) __builtin_trap();
    if (address >= user_end) return false;
    for (std::size_t done = 0; done < length;) {
      const std::size_t from = (address + done) % bytes, piece = std::min(length - done, bytes - from);
      std::memcpy(static_cast<std::uint8_t*>(to) + done, begin + from, piece);
      done += piece;
    }
    return true;
  };
  std::uint64_t pointer = 0;
  std::memcpy(&pointer, data + 2, sizeof(pointer));
  const std::uint64_t place = data[1] * sizeof(std::uint64_t);
  switch (which) {
    case 0:
      read_loop(place, memory);
      break;
    case 1:
      read_transfer(place, memory);
      break;
    case 2:
      read_timers(place, memory);
      break;
    case 3:
      read_deadlines(pointer, memory);
      break;
    case 4:
      read_goroutines(place, memory);
      break;
    default:
      read_calls(place, memory);
  }
  return 0;
}
