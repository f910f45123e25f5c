#include "agent/publish/heap.h"

#include <malloc.h>

#include <algorithm>

namespace sockwarden {
namespace {

constexpr int great_piece_bytes = 256 << 10;
constexpr std::uint64_t much_bytes = 8 << 20;
constexpr std::chrono::seconds between_returns{10};

}  // namespace

HeapUse heap_use() {
  const struct mallinfo2 heap = ::mallinfo2();
  return {heap.uordblks + heap.hblkhd, heap.fordblks};
}

void set_up_heap() {
  // A heap a thread keeps what each thread once needed. A fixed threshold: glibc would raise it to the greatest piece
  // that was ever freed, and put the next ones amid the small.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, great_piece_bytes);
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(much_bytes));
}

void HeapReturn::after_scan(Clock::time_point now) {
  if (now - last_ < between_returns) return;
  const HeapUse use = heap_use();
  if (use.free_bytes < std::max(much_bytes, use.used_bytes / 8)) return;
  last_ = now;
  ::malloc_trim(0);
}

}  // namespace sockwarden
