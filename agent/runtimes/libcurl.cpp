#include "agent/runtimes/libcurl.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <unordered_set>
#include <vector>

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

/// struct Curl_easy begins with it (CURLEASY_MAGIC_NUMBER, lib/urldata.h).
constexpr std::uint32_t handle_mark = 0xc0dedbad;
/// curl_easy_perform() and what it calls keep the handle within this.
constexpr std::size_t stack_bytes = 16 << 10, piece_bytes = 4 << 10;
/// A handle is smaller than this; it may end before it, at the end of what is mapped.
constexpr std::size_t handle_bytes = 8 << 10;

struct Moment {  // struct curltime
  std::int64_t seconds = 0;
  std::int32_t microseconds = 0, unused = 0;
  bool operator==(const Moment&) const = default;
};

/// In struct UrlState: when the next limit is over (0 = there is none), and the node of the timer, which keeps the same
/// time and the handle (struct Curl_tree, lib/splay.h).
struct Timer {
  Moment next;
  std::array<std::uint64_t, 4> neighbours;
  Moment key;
  std::uint64_t handle = 0;
};
static_assert(sizeof(Timer) == 72);

bool is_moment(const Moment& moment) {
  constexpr std::int64_t latest = std::chrono::floor<std::chrono::seconds>(nanoseconds::max()).count();
  return moment.seconds >= 0 && moment.seconds < latest && moment.microseconds >= 0 &&
         moment.microseconds < 1'000'000 && moment.unused == 0;
}

/// One that is not in use keeps an old key.
bool is_timer(const Timer& timer, std::uint64_t handle) {
  if (timer.handle != handle || !is_moment(timer.next) || !is_moment(timer.key) || timer.key == Moment()) return false;
  return timer.next == Moment() || timer.next == timer.key;
}

std::optional<CurlTransfer> transfer_at(std::uint64_t address, nanoseconds now, const ReadMemory& read) {
  std::uint32_t mark = 0;
  if (!read(address, &mark, sizeof(mark)) || mark != handle_mark) return std::nullopt;
  std::vector<std::byte> handle;
  for (std::array<std::byte, 1024> piece{}; handle.size() < handle_bytes;) {
    if (!read(address + handle.size(), piece.data(), piece.size())) break;
    handle.insert(handle.end(), piece.begin(), piece.end());
  }
  for (std::size_t at = 8; at + sizeof(Timer) <= handle.size(); at += 8) {
    Timer timer;
    std::memcpy(&timer, handle.data() + at, sizeof(timer));
    if (!is_timer(timer, address)) continue;
    if (timer.next == Moment()) return CurlTransfer{};
    const auto due = std::chrono::seconds(timer.next.seconds) + std::chrono::microseconds(timer.next.microseconds);
    return CurlTransfer{.limit = std::max(nanoseconds(due) - now, nanoseconds(0))};
  }
  return std::nullopt;
}

}  // namespace

std::optional<CurlTransfer> read_curl_transfer(const SystemCall& call, nanoseconds now, const ReadMemory& read) {
  std::array<std::uint64_t, piece_bytes / sizeof(std::uint64_t)> piece;
  std::unordered_set<std::uint64_t> tried;
  for (std::uint64_t address = call.stack & ~std::uint64_t{7}; address < call.stack + stack_bytes;
       address += piece_bytes) {
    if (!read(address, piece.data(), sizeof(piece))) return std::nullopt;
    for (const auto word : piece) {
      constexpr std::uint64_t first_page = 4096, user_end = std::uint64_t{1} << 47;
      if (word < first_page || word >= user_end || word % alignof(void*) != 0 || !tried.insert(word).second) continue;
      if (const auto transfer = transfer_at(word, now, read)) return transfer;
    }
  }
  return std::nullopt;
}

}  // namespace sockwarden
