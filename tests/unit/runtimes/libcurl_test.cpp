// What is read of a transfer is used only if it proves to be one: a handle written by hand, whole and spoilt.
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <vector>

#include "agent/runtimes/libcurl.h"

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t stack = 0x7ffc00000000, handle = 0x560000000010, next = handle + 3728, key = next + 48;
constexpr auto now = 1000s;

struct Memory {
  std::map<std::uint64_t, std::vector<std::uint8_t>> regions;

  Memory() {
    regions[stack].resize(64 << 10);
    regions[handle].resize(5200);
    put(stack + 0x130, handle);
    put(handle, std::uint32_t{0xc0dedbad});
    put_moment(key, 990, 17);
    put(key + 16, handle);
  }
  template <typename Number>
  void put(std::uint64_t address, Number number) {
    auto region = std::prev(regions.upper_bound(address));
    std::memcpy(region->second.data() + (address - region->first), &number, sizeof(number));
  }
  void put_moment(std::uint64_t address, std::int64_t seconds, std::int32_t microseconds) {
    put(address, seconds);
    put(address + 8, microseconds);
  }
  [[nodiscard]] std::optional<CurlTransfer> transfer() const {
    SystemCall call;
    call.stack = stack;
    return read_curl_transfer(call, now, [this](std::uint64_t address, void* to, std::size_t size) {
      auto region = regions.upper_bound(address);
      if (region == regions.begin()) return false;
      --region;
      if (address - region->first + size > region->second.size()) return false;
      std::memcpy(to, region->second.data() + (address - region->first), size);
      return true;
    });
  }
};

}  // namespace

TEST_CASE("a transfer whose timer is not in use has no limit") {
  const auto transfer = Memory().transfer();
  REQUIRE(transfer);
  CHECK_FALSE(transfer->limit);
}

TEST_CASE("a transfer whose timer is set is over when it is due") {
  Memory memory;
  memory.put_moment(next, 1180, 500'000);
  memory.put_moment(key, 1180, 500'000);
  REQUIRE(memory.transfer());
  CHECK(memory.transfer()->limit == std::optional<std::chrono::nanoseconds>(180500ms));
}

TEST_CASE("a handle that does not fit is none") {
  const auto spoilt = [](std::uint64_t address, auto number) {
    Memory memory;
    memory.put(address, number);
    return memory.transfer();
  };
  CHECK_FALSE(spoilt(handle, std::uint32_t{0xc0dedbae}));     // not marked
  CHECK_FALSE(spoilt(key + 16, handle + 8));                  // a timer of another
  CHECK_FALSE(spoilt(next, std::int64_t{1180}));              // two times that differ
  CHECK_FALSE(spoilt(key + 8, std::int32_t{1'000'000}));      // not microseconds
  CHECK_FALSE(spoilt(stack + 0x130, std::uint64_t{0x1230}));  // nobody has it
}
