#include "agent/reader/message.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "agent/proc/file_text.h"

using namespace sockwarden;

namespace {

struct Pair {
  OwnedFd left, right;
  Pair() {
    int both[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) == 0);
    left = OwnedFd(both[0]);
    right = OwnedFd(both[1]);
  }
  void write(const std::string& bytes) const {
    REQUIRE(::write(left.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
};

Patience soon() { return {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50)}; }

}  // namespace

TEST_CASE("a message arrives as it was sent, also one that is larger than the socket's buffer") {
  const Pair pair;
  for (const std::string& text : {std::string(), std::string("text"), std::string(longest_message, 'x')}) {
    std::thread sender([&] { CHECK(send_message(pair.left.get(), text)); });
    const auto got = receive_message(pair.right.get());
    sender.join();
    REQUIRE(got);
    CHECK(*got == text);
  }
}

TEST_CASE("a message that says it is longer than any is not waited for") {
  const Pair pair;
  pair.write(std::string("\xff\xff\xff\x7f", 4));
  CHECK(receive_message(pair.right.get(), soon()).error() == MessageFailure::too_long);
  CHECK(send_message(pair.left.get(), std::string(longest_message + 1, 'x')).error() == MessageFailure::too_long);
}

TEST_CASE("what does not come in time, or not all of it, is late") {
  const Pair pair;
  CHECK(receive_message(pair.right.get(), soon()).error() == MessageFailure::late);
  pair.write(std::string("\x08\0\0\0text", 8));
  CHECK(receive_message(pair.right.get(), soon()).error() == MessageFailure::late);
}

TEST_CASE("nobody reads: sending is late, too") {
  const Pair pair;
  CHECK(send_message(pair.left.get(), std::string(longest_message, 'x'), soon()).error() == MessageFailure::late);
}

TEST_CASE("an end within a message is the end") {
  Pair pair;
  pair.write(std::string("\x08\0\0\0text", 8));
  { const OwnedFd closed(pair.left.release()); }
  CHECK(receive_message(pair.right.get(), soon()).error() == MessageFailure::closed);
}

TEST_CASE("whoever waits can be called off") {
  const Pair pair;
  const OwnedFd cancel(eventfd(1, EFD_CLOEXEC));
  CHECK(receive_message(pair.right.get(), {.cancel = cancel.get()}).error() == MessageFailure::cancelled);
}
