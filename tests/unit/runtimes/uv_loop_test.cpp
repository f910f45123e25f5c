// What is read of a libuv loop is used only if it proves to be one: a loop written by hand, whole and spoilt.
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <vector>

#include "agent/runtimes/uv_loop.h"

using namespace sockwarden;

namespace {

constexpr std::uint64_t stack = 0x7ffc00000000, loop = 0x5600000000, first = 0x5700000000, second = 0x5800000000;

/// Memory of 64 KiB regions at these addresses.
struct Memory {
  std::map<std::uint64_t, std::vector<std::uint8_t>> regions;

  Memory() {
    for (const auto begin : {stack, loop, first, second}) regions[begin].resize(64 << 10);
  }
  template <typename Number>
  void put(std::uint64_t address, Number number) {
    auto region = std::prev(regions.upper_bound(address));
    std::memcpy(region->second.data() + (address - region->first), &number, sizeof(number));
  }
  [[nodiscard]] ReadMemory reader() const {
    return [this](std::uint64_t address, void* to, std::size_t size) {
      auto region = regions.upper_bound(address);
      if (region == regions.begin()) return false;
      --region;
      if (address - region->first + size > region->second.size()) return false;
      std::memcpy(to, region->second.data() + (address - region->first), size);
      return true;
    };
  }
  void put_timer(std::uint64_t address, std::uint64_t due, std::uint64_t callback) {
    put(address + 8, loop);
    put(address + 16, std::uint32_t{13});
    put(address + 96, callback);
    put(address + 128, due);
  }
};

/// A loop on descriptor 9 that waits 8 s for the first of its two timers.
Memory whole() {
  Memory memory;
  memory.put(stack + 15000, loop);
  memory.put(loop + 64, std::uint32_t{9});
  memory.put(loop + 176 + 8, loop);
  memory.put(loop + 176 + 16, std::uint32_t{1});
  memory.put(loop + 616 + 8, loop);
  memory.put(loop + 616 + 16, std::uint32_t{16});
  memory.put(loop + 520, first + 104);
  memory.put(loop + 528, std::uint32_t{2});
  memory.put(loop + 544, std::uint64_t{50'000});
  memory.put_timer(first, 58'000, 0x1111);
  memory.put_timer(second, 90'000, 0x2222);
  memory.put(first + 104 + 8, second + 104);
  return memory;
}

std::optional<std::vector<UvTimer>> timers_in(const Memory& memory, int limit_ms = 8000) {
  SystemCall call;
  call.stack = stack;
  ThreadWait wait;
  wait.kind = ThreadWait::Kind::epoll;
  wait.limit = {WaitLimit::Kind::finite, std::chrono::milliseconds(limit_ms)};
  wait.fds = {9};
  return read_uv_timers(call, wait, memory.reader());
}

}  // namespace

TEST_CASE("every timer of a loop is read") {
  const auto timers = timers_in(whole());
  REQUIRE(timers);
  REQUIRE(timers->size() == 2);
  CHECK(timers->at(0).callback == 0x1111);
  CHECK(timers->at(1).callback == 0x2222);
  CHECK_FALSE(timers->at(0).keeps_running);
  Memory memory = whole();
  memory.put(first + 88, std::uint32_t{12});  // active, and referenced
  REQUIRE(timers_in(memory));
  CHECK(timers_in(memory)->at(0).keeps_running);
}

TEST_CASE("a loop that does not fit is none") {
  CHECK_FALSE(timers_in(Memory()));
  CHECK_FALSE(timers_in(whole(), 7000));  // its first timer is not what the call waits for
  const auto spoilt = [](std::uint64_t address, auto number) {
    Memory memory = whole();
    memory.put(address, number);
    return timers_in(memory);
  };
  CHECK_FALSE(spoilt(loop + 64, std::uint32_t{8}));         // another epoll
  CHECK_FALSE(spoilt(loop + 184, first));                   // does not name itself
  CHECK_FALSE(spoilt(loop + 632, std::uint32_t{13}));       // not the handle that it should be
  CHECK_FALSE(spoilt(loop + 528, std::uint32_t{3}));        // a timer too few
  CHECK_FALSE(spoilt(loop + 528, std::uint32_t{1}));        // one too many
  CHECK_FALSE(spoilt(second + 8, second));                  // a timer of another loop
  CHECK_FALSE(spoilt(second + 112, first + 104));           // a ring
  CHECK_FALSE(spoilt(second + 104, std::uint64_t{0x123}));  // leads nowhere
}
