#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

/// What /proc says of a thread that is blocked in read(): its stack pointer and where it goes on; nothing yet
/// otherwise.
std::optional<std::pair<std::uint64_t, std::uint64_t>> stand_of(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/syscall");
  std::vector<std::string> words;
  for (std::string word; file >> word;) words.push_back(word);
  if (words.size() != 9 || words.front() != "0") return std::nullopt;
  return std::pair(std::stoull(words[7], nullptr, 16), std::stoull(words[8], nullptr, 16));
}

}  // namespace

TEST_CASE("a blocked thread's registers are those that /proc shows, where this kernel tells them") {
  Watch& watch = shared_watch(variants.front());
  const auto& hooks = watch.hooks();
  const auto hook =
      std::find_if(hooks.begin(), hooks.end(), [](const HookStatus& status) { return status.name == "task"; });
  REQUIRE(hook != hooks.end());
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  std::promise<pid_t> number;
  std::thread reader([&] {
    number.set_value(gettid());
    char byte = 0;
    (void)!read(ends[0], &byte, 1);
  });
  const pid_t thread = number.get_future().get();
  std::optional<std::pair<std::uint64_t, std::uint64_t>> stand;
  while (!stand) stand = stand_of(thread);
  const auto registers = watch.kernel().registers(static_cast<std::uint32_t>(thread));
  CHECK(registers.has_value() == hook->attached);
  if (registers) {
    CHECK((*registers)[7] == stand->first);
    CHECK((*registers)[16] == stand->second);
  } else {
    CHECK_FALSE(hook->reason.empty());
  }
  CHECK_FALSE(watch.kernel().registers(0x7fffffff));
  REQUIRE(write(ends[1], "x", 1) == 1);
  reader.join();
  close(ends[0]);
  close(ends[1]);
}

}  // namespace sockwarden::testing
