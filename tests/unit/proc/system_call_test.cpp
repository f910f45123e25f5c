#include "agent/proc/system_call.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <ctime>
#include <vector>

using namespace sockwarden;
using Kind = ThreadWait::Kind;
using Limit = WaitLimit::Kind;

namespace {

ThreadWait interpret(const SystemCall& call, const ReadMemory& read) {
  std::size_t room = 1024;
  return sockwarden::interpret(call, read, room);
}

/// This process's own memory, read as a stranger's would be.
bool own_memory(std::uint64_t address, void* to, std::size_t size) {
  std::memcpy(to, reinterpret_cast<const void*>(address), size);
  return true;
}
bool no_memory(std::uint64_t, void*, std::size_t) { return false; }

SystemCall call(std::int64_t number, std::array<std::uint64_t, 6> arguments) {
  return {SystemCall::State::blocked, number, arguments};
}
std::uint64_t at(const void* place) { return reinterpret_cast<std::uint64_t>(place); }

}  // namespace

TEST_CASE("a blocked thread's text gives number and arguments") {
  const auto parsed =
      parse_system_call("0 0x3 0x7fa893c29000 0x20000 0x1 0xffffffff 0x0 0x7ffebb4cf4d8 0x7fa893da22ad\n");
  REQUIRE(parsed);
  CHECK(parsed->state == SystemCall::State::blocked);
  CHECK(parsed->number == 0);
  CHECK(parsed->arguments[0] == 3);
  CHECK(parsed->arguments[4] == 0xffffffff);
}

TEST_CASE("running threads and those outside of a call are told apart from garbage") {
  CHECK(parse_system_call("running\n")->state == SystemCall::State::running);
  CHECK(parse_system_call("-1 0x7ffebb4cf4d8 0x7fa893da22ad\n")->state == SystemCall::State::outside);
  CHECK_FALSE(parse_system_call(""));
  CHECK_FALSE(parse_system_call("recv"));
  CHECK_FALSE(parse_system_call("0 0x3 0x7"));
  CHECK_FALSE(parse_system_call("0 3 4 5 6 7 8 9 10"));
}

TEST_CASE("receiving leaves the limit to the socket, unless it must not block") {
  const auto blocking = interpret(call(SYS_recvfrom, {7, 0, 0, 0, 0, 0}), no_memory);
  CHECK(blocking.kind == Kind::transfer);
  CHECK(blocking.direction == ThreadWait::Direction::receive);
  CHECK(blocking.call == "recvfrom");
  CHECK(blocking.fds == std::vector<std::uint32_t>{7});
  CHECK(blocking.limit.kind == Limit::socket);
  CHECK_FALSE(blocking.never_blocks);
  CHECK(interpret(call(SYS_recvfrom, {7, 0, 0, 0x40, 0, 0}), no_memory).never_blocks);
  CHECK(interpret(call(SYS_recvmsg, {7, 0, 0x40, 0, 0, 0}), no_memory).never_blocks);
}

TEST_CASE("poll's set and limit come from its arguments and memory") {
  pollfd set[] = {{5, POLLIN, 0}, {-1, POLLIN, 0}, {9, POLLIN, 0}};
  const timespec two_seconds{2, 0};
  const auto limited = interpret(call(SYS_ppoll, {at(set), 3, at(&two_seconds), 0, 0, 0}), own_memory);
  CHECK(limited.fds == std::vector<std::uint32_t>{5, 9});
  CHECK(limited.limit.kind == Limit::finite);
  CHECK(limited.limit.length == std::chrono::seconds(2));
  CHECK(interpret(call(SYS_ppoll, {at(set), 3, 0, 0, 0, 0}), own_memory).limit.kind == Limit::none);
  CHECK(interpret(call(SYS_ppoll, {at(set), 3, at(&two_seconds), 0, 0, 0}), no_memory).limit.kind == Limit::unknown);
#ifdef SYS_poll
  CHECK(interpret(call(SYS_poll, {at(set), 3, 0xffffffff, 0, 0, 0}), own_memory).limit.kind == Limit::none);
  CHECK(interpret(call(SYS_poll, {at(set), 3, 30000, 0, 0, 0}), own_memory).limit.length == std::chrono::seconds(30));
#endif
}

TEST_CASE("select's three sets are united") {
  std::uint64_t reads[2] = {1ull << 3, 1ull << 2}, writes[2] = {1ull << 3, 0};
  const timespec half{0, 500'000'000};
  const auto wait = interpret(call(SYS_pselect6, {70, at(reads), at(writes), 0, at(&half), 0}), own_memory);
  CHECK(wait.fds == std::vector<std::uint32_t>{3, 66});
  CHECK(wait.limit.length == std::chrono::milliseconds(500));
}

TEST_CASE("epoll's limit is an int, whatever its upper half holds") {
  CHECK(interpret(call(SYS_epoll_pwait, {3, 0, 0, 0xffffffff, 0, 0}), no_memory).limit.kind == Limit::none);
  CHECK(interpret(call(SYS_epoll_pwait, {3, 0, 0, 0xabcd'0000'1388, 0, 0}), no_memory).limit.length ==
        std::chrono::seconds(5));
}

TEST_CASE("a futex waits with a limit or without, and a wake-up is no wait") {
  const timespec minute{60, 0};
  CHECK(interpret(call(SYS_futex, {1, FUTEX_WAIT | 128, 0, 0, 0, 0}), no_memory).limit.kind == Limit::none);
  CHECK(interpret(call(SYS_futex, {1, FUTEX_WAIT | 128, 0, at(&minute), 0, 0}), own_memory).limit.length ==
        std::chrono::seconds(60));
  // A moment, not a length: it is a limit, of which no more is said.
  CHECK(interpret(call(SYS_futex, {1, FUTEX_WAIT_BITSET | 128, 0, at(&minute), 0, 0}), own_memory).limit.kind ==
        Limit::unknown);
  CHECK(interpret(call(SYS_futex, {1, FUTEX_WAKE, 0, 0, 0, 0}), no_memory).kind == Kind::opaque);
}

TEST_CASE("a call that is not known is opaque, and a restarted one, too") {
  CHECK(interpret(call(99999, {}), no_memory).kind == Kind::opaque);
  CHECK(interpret(call(SYS_restart_syscall, {}), no_memory).kind == Kind::opaque);
  CHECK(interpret(call(SYS_io_uring_enter, {}), no_memory).kind == Kind::opaque);
}

TEST_CASE("sets are read as far as there is room in all, and beyond it are not known") {
  std::vector<pollfd> set(600, pollfd{7, POLLIN, 0});
  std::size_t room = 1024;
  const auto poll_of = [&](std::uint64_t count) {
    return sockwarden::interpret(call(SYS_ppoll, {at(set.data()), count, 0, 0, 0, 0}), own_memory, room);
  };
  CHECK(poll_of(600).fds.size() == 600);
  CHECK(poll_of(600).kind == Kind::opaque);
  CHECK(poll_of(0xffff'ffff).kind == Kind::opaque);
  CHECK(poll_of(400).fds.size() == 400);
  CHECK(room == 24);
}

TEST_CASE("a set that cannot be read is not known") {
  CHECK(interpret(call(SYS_ppoll, {4096, 3, 0, 0, 0, 0}), no_memory).kind == Kind::opaque);
  CHECK(interpret(call(SYS_pselect6, {70, 4096, 0, 0, 0, 0}), no_memory).kind == Kind::opaque);
  CHECK(interpret(call(SYS_ppoll, {0, 0, 0, 0, 0, 0}), no_memory).kind == Kind::poll);
}
