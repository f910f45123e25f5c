#include "agent/runtimes/uv_loop.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <unordered_set>

namespace sockwarden {
namespace {

// uv_loop_t and uv_timer_t of libuv 1, whose layout on 64-bit Linux is part of its stable ABI (include/uv.h,
// uv/unix.h).
constexpr std::size_t loop_epoll = 64, loop_wake_up = 176, loop_timers = 520, loop_timer_count = 528, loop_time = 544,
                      loop_child_watcher = 616, loop_bytes = 848;
constexpr std::size_t handle_loop = 8, handle_type = 16, handle_flags = 88;
constexpr std::uint32_t referenced = 8;  // UV_HANDLE_REF (src/uv-common.h)
constexpr std::size_t timer_callback = 96, timer_heap_node = 104, timer_due = 128, timer_bytes = 152;
constexpr std::uint32_t async_type = 1, timer_type = 13, signal_type = 16;

/// uv__io_poll keeps 1,024 events on the stack, between its caller's saved pointer to the loop and the call.
constexpr std::size_t stack_bytes = 32 << 10, piece_bytes = 4 << 10;
constexpr std::size_t most_timers = 1024;

template <typename Number, std::size_t size>
Number at(const std::array<std::byte, size>& bytes, std::size_t offset) {
  Number number{};
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

using Loop = std::array<std::byte, loop_bytes>;

bool is_handle(const Loop& loop, std::size_t offset, std::uint64_t address, std::uint32_t type) {
  return at<std::uint64_t>(loop, offset + handle_loop) == address &&
         at<std::uint32_t>(loop, offset + handle_type) == type;
}

std::optional<Loop> loop_at(std::uint64_t address, std::uint32_t epoll, const ReadMemory& read) {
  Loop loop;
  if (!read(address, loop.data(), loop.size()) || at<std::uint32_t>(loop, loop_epoll) != epoll) return std::nullopt;
  const bool right =
      is_handle(loop, loop_wake_up, address, async_type) && is_handle(loop, loop_child_watcher, address, signal_type);
  return right ? std::optional<Loop>(loop) : std::nullopt;
}

/// All timers of the loop's heap; nothing if any is not what it should be.
std::optional<std::vector<UvTimer>> timers_of(const Loop& loop, std::uint64_t address, std::chrono::milliseconds limit,
                                              const ReadMemory& read) {
  const auto count = at<std::uint32_t>(loop, loop_timer_count);
  const auto first = at<std::uint64_t>(loop, loop_timers);
  if (count == 0 || count > most_timers || first == 0) return std::nullopt;
  std::vector<UvTimer> timers;
  std::vector<std::uint64_t> nodes{first};
  while (!nodes.empty()) {
    const auto node = nodes.back();
    nodes.pop_back();
    std::array<std::byte, timer_bytes> timer;
    if (timers.size() == count || !read(node - timer_heap_node, timer.data(), timer.size())) return std::nullopt;
    if (at<std::uint64_t>(timer, handle_loop) != address || at<std::uint32_t>(timer, handle_type) != timer_type) {
      return std::nullopt;
    }
    const auto due = at<std::uint64_t>(timer, timer_due) - at<std::uint64_t>(loop, loop_time);
    if (node == first && due != static_cast<std::uint64_t>(limit.count())) return std::nullopt;
    timers.push_back({at<std::uint64_t>(timer, timer_callback), at<std::uint64_t>(timer, 0),
                      (at<std::uint32_t>(timer, handle_flags) & referenced) != 0});
    for (const auto child : {timer_heap_node, timer_heap_node + sizeof(std::uint64_t)}) {
      if (const auto next = at<std::uint64_t>(timer, child); next != 0) nodes.push_back(next);
    }
  }
  return timers.size() == count ? std::optional(timers) : std::nullopt;
}

}  // namespace

std::optional<std::vector<UvTimer>> read_uv_timers(const SystemCall& call, const ThreadWait& wait,
                                                   const ReadMemory& read) {
  if (wait.kind != ThreadWait::Kind::epoll || wait.limit.kind != WaitLimit::Kind::finite) return std::nullopt;
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(wait.limit.length);
  std::array<std::uint64_t, piece_bytes / sizeof(std::uint64_t)> piece;
  std::unordered_set<std::uint64_t> tried;
  for (std::uint64_t address = call.stack & ~std::uint64_t{7}; address < call.stack + stack_bytes;
       address += piece_bytes) {
    if (!read(address, piece.data(), sizeof(piece))) return std::nullopt;
    for (const auto word : piece) {
      constexpr std::uint64_t first_page = 4096, user_end = std::uint64_t{1} << 47;
      if (word < first_page || word >= user_end || word % alignof(void*) != 0 || !tried.insert(word).second) continue;
      if (const auto loop = loop_at(word, wait.fds.front(), read)) return timers_of(*loop, word, limit, read);
    }
  }
  return std::nullopt;
}

}  // namespace sockwarden
