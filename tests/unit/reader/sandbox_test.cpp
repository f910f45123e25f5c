#include "agent/reader/sandbox.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "agent/proc/process_view.h"

using namespace sockwarden;

namespace {

/// What holds in a process in the sandbox. It ends at once: nothing of the test's may run there.
bool holds_inside(const std::function<bool()>& claim) {
  const pid_t child = fork();
  if (child == 0) {
    if (!enter_sandbox()) _exit(2);
    _exit(claim() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) != 2);
  return WEXITSTATUS(status) == 0;
}

bool opens(const char* path, int flags) { return open(path, flags, 0600) >= 0; }

}  // namespace

TEST_CASE("in the sandbox files are read, and none is written or made") {
  CHECK(holds_inside([] { return opens("/proc/self/maps", O_RDONLY | O_CLOEXEC); }));
  CHECK(holds_inside([] { return opens("/", O_PATH | O_DIRECTORY); }));
  CHECK_FALSE(holds_inside([] { return opens("/dev/null", O_WRONLY); }));
  CHECK_FALSE(holds_inside([] { return opens("/dev/null", O_RDWR); }));
  CHECK_FALSE(holds_inside([] { return opens("/dev/null", O_RDONLY | O_TRUNC); }));
  CHECK_FALSE(holds_inside([] { return opens("/tmp/sockwarden-sandbox", O_RDONLY | O_CREAT); }));
  CHECK_FALSE(holds_inside([] { return opens("/tmp", O_RDONLY | O_TMPFILE); }));
  CHECK_FALSE(holds_inside([] { return unlink("/nonexistent") == 0 || errno != ENOSYS; }));
}

TEST_CASE("in the sandbox it is seen what the threads of a process wait in") {
  CHECK(holds_inside([] { return !ProcessView(static_cast<std::uint32_t>(getpid())).threads().empty(); }));
}

TEST_CASE("in the sandbox there is no network and no other program") {
  CHECK_FALSE(holds_inside([] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }));
  CHECK_FALSE(holds_inside([] { return socket(AF_INET6, SOCK_DGRAM, 0) >= 0; }));
  CHECK_FALSE(holds_inside([] { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }));
  CHECK_FALSE(holds_inside([] { return fork() >= 0; }));
  CHECK_FALSE(holds_inside([] {
    char* const none[] = {nullptr};
    execve("/bin/true", none, none);
    return errno != ENOSYS;
  }));
  CHECK_FALSE(holds_inside([] { return kill(getppid(), 0) == 0; }));
  CHECK_FALSE(
      holds_inside([] { return mmap(nullptr, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }));
}

TEST_CASE("in the sandbox memory of processes is read, and is bounded for the reader itself") {
  CHECK(holds_inside([] {
    int there = 5, here = 0;
    const iovec from{&there, sizeof(there)}, to{&here, sizeof(here)};
    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof(here) && here == 5;
  }));
#ifndef __SANITIZE_ADDRESS__
  CHECK_FALSE(holds_inside([] {
    return mmap(nullptr, 512 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  }));
#endif
}
