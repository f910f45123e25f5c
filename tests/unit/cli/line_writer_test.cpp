#include "agent/cli/line_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() { REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    for (const int end : ends) close(end);
  }
  void fill() const {
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    const std::array<char, 4096> page{};
    while (write(ends[1], page.data(), page.size()) > 0) {
    }
    fcntl(ends[1], F_SETFL, 0);
  }
  [[nodiscard]] std::string read_some() const {
    std::array<char, 65536> chunk{};
    const ssize_t size = read(ends[0], chunk.data(), chunk.size());
    return {chunk.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }
};

}  // namespace

TEST_CASE("lines come out in their order") {
  const Pipe pipe;
  LineWriter writer(pipe.ends[1]);
  for (const auto* line : {"a\n", "b\n", "c\n"}) writer.put(line);
  CHECK(writer.flush(10s));
  CHECK(pipe.read_some() == "a\nb\nc\n");
  CHECK(writer.dropped() == 0);
}

TEST_CASE("a pipe that is full holds nobody up, and what found no room is counted") {
  const Pipe pipe;
  pipe.fill();
  {
    LineWriter writer(pipe.ends[1]);
    const std::string line(1000, 'x');
    for (int number = 0; number < 2000; ++number) writer.put(line);
    CHECK(writer.dropped() == 2000 - LineWriter::most_waiting_bytes / line.size());
    CHECK_FALSE(writer.flush(10ms));
  }  // ends although the thread is in write()
  while (pipe.read_some().find('x') == std::string::npos) {
  }
}

TEST_CASE("what a full disk does not take is counted") {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  {
    LineWriter writer(full);
    writer.put("a\n");
    CHECK(writer.flush(10s));
    CHECK(writer.dropped() == 1);
  }
  close(full);
}
