#include "agent/proc/system_call.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <unordered_map>
#include <utility>

namespace sockwarden {
namespace {

using Kind = ThreadWait::Kind;
using Direction = ThreadWait::Direction;

struct CallForm {
  const char* name;
  Kind kind;
  Direction direction = Direction::none;
};

// The numbers are those of the architecture this is built for; a call that it lacks is left out.
const std::unordered_map<std::int64_t, CallForm>& call_forms() {
  static const std::unordered_map<std::int64_t, CallForm> forms = {
      {SYS_read, {"read", Kind::transfer, Direction::receive}},
      {SYS_readv, {"readv", Kind::transfer, Direction::receive}},
      {SYS_recvfrom, {"recvfrom", Kind::transfer, Direction::receive}},
      {SYS_recvmsg, {"recvmsg", Kind::transfer, Direction::receive}},
      {SYS_recvmmsg, {"recvmmsg", Kind::transfer, Direction::receive}},
      {SYS_accept, {"accept", Kind::transfer, Direction::receive}},
      {SYS_accept4, {"accept4", Kind::transfer, Direction::receive}},
      {SYS_splice, {"splice", Kind::transfer, Direction::receive}},
      {SYS_write, {"write", Kind::transfer, Direction::send}},
      {SYS_writev, {"writev", Kind::transfer, Direction::send}},
      {SYS_sendto, {"sendto", Kind::transfer, Direction::send}},
      {SYS_sendmsg, {"sendmsg", Kind::transfer, Direction::send}},
      {SYS_sendmmsg, {"sendmmsg", Kind::transfer, Direction::send}},
      {SYS_sendfile, {"sendfile", Kind::transfer, Direction::send}},
      {SYS_connect, {"connect", Kind::transfer, Direction::connect}},
#ifdef SYS_poll
      {SYS_poll, {"poll", Kind::poll}},
#endif
      {SYS_ppoll, {"ppoll", Kind::poll}},
#ifdef SYS_select
      {SYS_select, {"select", Kind::poll}},
#endif
      {SYS_pselect6, {"pselect6", Kind::poll}},
#ifdef SYS_epoll_wait
      {SYS_epoll_wait, {"epoll_wait", Kind::epoll}},
#endif
      {SYS_epoll_pwait, {"epoll_pwait", Kind::epoll}},
#ifdef SYS_epoll_pwait2
      {SYS_epoll_pwait2, {"epoll_pwait2", Kind::epoll}},
#endif
      {SYS_futex, {"futex", Kind::futex}},
      {SYS_nanosleep, {"nanosleep", Kind::sleep}},
      {SYS_clock_nanosleep, {"clock_nanosleep", Kind::sleep}},
      {SYS_rt_sigtimedwait, {"rt_sigtimedwait", Kind::sleep}},
      {SYS_rt_sigsuspend, {"rt_sigsuspend", Kind::parked}},
#ifdef SYS_pause
      {SYS_pause, {"pause", Kind::parked}},
#endif
      {SYS_wait4, {"wait4", Kind::parked}},
      {SYS_waitid, {"waitid", Kind::parked}},
      {SYS_flock, {"flock", Kind::parked}},
      {SYS_io_uring_enter, {"io_uring_enter", Kind::opaque}},
      // The kernel's own restart of a call after a stop: its arguments are hidden.
      {SYS_restart_syscall, {"restart_syscall", Kind::opaque}},
  };
  return forms;
}

template <typename Time>
WaitLimit limit_at(std::uint64_t address, const ReadMemory& read) {
  if (address == 0) return {WaitLimit::Kind::none, {}};
  Time time{};
  if (!read(address, &time, sizeof(time))) return {};
  // The kernel took a copy: what stands here now may be anything. A century is as good as what is longer.
  constexpr std::int64_t longest = 100L * 365 * 86400, fraction = 1'000'000'000;
  const std::int64_t whole = std::clamp<std::int64_t>(time.tv_sec, 0, longest);
  std::int64_t rest = 0;
  if constexpr (std::is_same_v<Time, timeval>) {
    rest = std::clamp<std::int64_t>(time.tv_usec, 0, fraction / 1000) * 1000;
  } else {
    rest = std::clamp<std::int64_t>(time.tv_nsec, 0, fraction);
  }
  return {WaitLimit::Kind::finite, std::chrono::seconds(whole) + std::chrono::nanoseconds(rest)};
}

WaitLimit limit_of_milliseconds(std::uint64_t argument) {
  const auto milliseconds = static_cast<std::int32_t>(argument);  // an int: the upper half is not defined
  if (milliseconds < 0) return {WaitLimit::Kind::none, {}};
  return {WaitLimit::Kind::finite, std::chrono::milliseconds(milliseconds)};
}

using Descriptors = std::optional<std::vector<std::uint32_t>>;

/// Takes as many entries off the room, if there are.
bool fits(std::uint64_t entries, std::size_t& room) {
  if (entries > room) return false;
  room -= entries;
  return true;
}

Descriptors polled(std::uint64_t address, std::uint64_t count, const ReadMemory& read, std::size_t& room) {
  if (!fits(count, room)) return std::nullopt;
  std::vector<pollfd> set(count);
  std::vector<std::uint32_t> fds;
  if (set.empty()) return fds;
  if (!read(address, set.data(), set.size() * sizeof(pollfd))) return std::nullopt;
  for (const auto& entry : set) {
    if (entry.fd >= 0) fds.push_back(static_cast<std::uint32_t>(entry.fd));
  }
  return fds;
}

Descriptors selected(const SystemCall& call, const ReadMemory& read, std::size_t& room) {
  constexpr std::uint64_t most = 65536, word_bits = 64;
  const auto count = std::min<std::uint64_t>(static_cast<std::uint32_t>(call.arguments[0]), most);
  if (!fits(count / word_bits, room)) return std::nullopt;
  std::vector<std::uint64_t> all((count + word_bits - 1) / word_bits), set(all.size());
  for (int index = 1; index <= 3 && !set.empty(); ++index) {
    if (call.arguments[index] == 0) continue;
    if (!read(call.arguments[index], set.data(), set.size() * sizeof(set[0]))) return std::nullopt;
    for (std::size_t word = 0; word < all.size(); ++word) all[word] |= set[word];
  }
  std::vector<std::uint32_t> fds;
  for (std::uint32_t fd = 0; fd < count; ++fd) {
    if ((all[fd / word_bits] >> (fd % word_bits) & 1) != 0) fds.push_back(fd);
  }
  return fds;
}

void interpret_transfer(const SystemCall& call, const ReadMemory& read, ThreadWait& wait) {
  wait.limit = {WaitLimit::Kind::socket, {}};
  wait.fds = {static_cast<std::uint32_t>(call.arguments[0])};
  switch (call.number) {
    case SYS_recvfrom:
    case SYS_sendto:
      wait.never_blocks = (call.arguments[3] & MSG_DONTWAIT) != 0;
      break;
    case SYS_recvmsg:
    case SYS_sendmsg:
      wait.never_blocks = (call.arguments[2] & MSG_DONTWAIT) != 0;
      break;
    case SYS_recvmmsg:
      if (call.arguments[4] != 0) wait.limit = limit_at<timespec>(call.arguments[4], read);
      [[fallthrough]];
    case SYS_sendmmsg:
      wait.never_blocks = (call.arguments[3] & MSG_DONTWAIT) != 0;
      break;
    default:
      break;
  }
}

WaitLimit limit_of_poll(const SystemCall& call, const ReadMemory& read) {
  switch (call.number) {
#ifdef SYS_poll
    case SYS_poll:
      return limit_of_milliseconds(call.arguments[2]);
#endif
    case SYS_ppoll:
      return limit_at<timespec>(call.arguments[2], read);
#ifdef SYS_select
    case SYS_select:
      return limit_at<timeval>(call.arguments[4], read);
#endif
    default:
      return limit_at<timespec>(call.arguments[4], read);
  }
}

bool is_select(std::int64_t number) {
#ifdef SYS_select
  if (number == SYS_select) return true;
#endif
  return number == SYS_pselect6;
}

void interpret_poll(const SystemCall& call, const ReadMemory& read, std::size_t& room, ThreadWait& wait) {
  wait.limit = limit_of_poll(call, read);
  auto fds = is_select(call.number)
                 ? selected(call, read, room)
                 : polled(call.arguments[0], static_cast<std::uint32_t>(call.arguments[1]), read, room);
  if (fds) {
    wait.fds = std::move(*fds);
  } else {
    wait.kind = Kind::opaque;
  }
}

void interpret_epoll(const SystemCall& call, const ReadMemory& read, ThreadWait& wait) {
  wait.fds = {static_cast<std::uint32_t>(call.arguments[0])};
#ifdef SYS_epoll_pwait2
  if (call.number == SYS_epoll_pwait2) {
    wait.limit = limit_at<timespec>(call.arguments[3], read);
    return;
  }
#endif
  (void)read;
  wait.limit = limit_of_milliseconds(call.arguments[3]);
}

void interpret_futex(const SystemCall& call, const ReadMemory& read, ThreadWait& wait) {
  constexpr std::uint64_t lock_pi2 = 13;  // FUTEX_LOCK_PI2, since 5.14
  const auto operation = call.arguments[1] & FUTEX_CMD_MASK;
  const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET || operation == FUTEX_LOCK_PI ||
                     operation == FUTEX_WAIT_REQUEUE_PI || operation == lock_pi2;
  if (!waits) {
    wait.kind = Kind::opaque;
    return;
  }
  wait.limit = limit_at<timespec>(call.arguments[3], read);
  // All but FUTEX_WAIT give a moment and not a length; how far off it is does not matter to any rule.
  if (operation != FUTEX_WAIT && wait.limit.kind == WaitLimit::Kind::finite) wait.limit = {};
}

}  // namespace

std::optional<SystemCall> parse_system_call(std::string_view text) {
  SystemCall call;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text == "running") return call;
  const auto* end = text.data() + text.size();
  auto [next, error] = std::from_chars(text.data(), end, call.number);
  if (error != std::errc{}) return std::nullopt;
  if (call.number < 0) {
    call.state = SystemCall::State::outside;
    return call;
  }
  call.state = SystemCall::State::blocked;
  const auto read_word = [&next = next, end](std::uint64_t& word) {
    constexpr std::string_view prefix = " 0x";
    if (end - next < 4 || std::string_view(next, prefix.size()) != prefix) return false;
    const auto result = std::from_chars(next + prefix.size(), end, word, 16);
    next = result.ptr;
    return result.ec == std::errc{};
  };
  for (auto& argument : call.arguments) {
    if (!read_word(argument)) return std::nullopt;
  }
  (void)read_word(call.stack);
  return call;
}

ThreadWait interpret(const SystemCall& call, const ReadMemory& read, std::size_t& room) {
  ThreadWait wait;
  if (call.state == SystemCall::State::running) {
    wait.kind = Kind::running;
    return wait;
  }
  if (call.state == SystemCall::State::outside) return wait;
  const auto form = call_forms().find(call.number);
  if (form == call_forms().end()) {
    wait.call = "system call " + std::to_string(call.number);
    return wait;
  }
  wait.call = form->second.name;
  wait.kind = form->second.kind;
  wait.direction = form->second.direction;
  wait.in_ring = call.number == SYS_io_uring_enter;
  switch (wait.kind) {
    case Kind::transfer:
      interpret_transfer(call, read, wait);
      break;
    case Kind::poll:
      interpret_poll(call, read, room, wait);
      break;
    case Kind::epoll:
      interpret_epoll(call, read, wait);
      break;
    case Kind::futex:
      interpret_futex(call, read, wait);
      break;
    case Kind::sleep:
      if (call.number == SYS_nanosleep) wait.limit = limit_at<timespec>(call.arguments[0], read);
      if (call.number == SYS_rt_sigtimedwait) wait.limit = limit_at<timespec>(call.arguments[2], read);
      break;
    case Kind::parked:
      wait.limit = {WaitLimit::Kind::none, {}};
      break;
    default:
      break;
  }
  return wait;
}

}  // namespace sockwarden
