#include "agent/sandbox/system_calls.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <thread>

#include "tests/unit/sandbox/in_child.h"

using namespace sockwarden;

namespace {

SystemCalls readers_calls() {
  SystemCalls calls{calls_of_any_program(), {}};
  for (const auto& name : calls_to_read_files()) calls.names.push_back(name);
  for (const char* name : {"pipe2", "write"}) calls.names.push_back(name);  // UBSan tries memory by a pipe
  calls.some.push_back({"socket", 0, {AF_UNIX}});
  return calls;
}

bool is_refused(long result) { return result == -1 && errno == ENOSYS; }

}  // namespace

TEST_CASE("what is allowed works, what is not fails as if the kernel did not have it") {
  const int outcome = in_child([] {
    if (!allow_only(readers_calls())) return 1;
    if (open("/proc/self/status", O_RDONLY | O_CLOEXEC) < 0) return 2;
    if (!is_refused(mount("none", "/", "tmpfs", 0, nullptr))) return 3;
    if (!is_refused(execl("/bin/true", "true", nullptr))) return 4;
    return 0;
  });
  CHECK(outcome == 0);
}

TEST_CASE("a call may be allowed for some values of an argument alone") {
  const int outcome = in_child([] {
    if (!allow_only(readers_calls())) return 1;
    if (socket(AF_UNIX, SOCK_STREAM, 0) < 0) return 2;
    return is_refused(socket(AF_INET, SOCK_STREAM, 0)) ? 0 : 3;
  });
  CHECK(outcome == 0);
}

TEST_CASE("threads that run already are held too") {
  const int outcome = in_child([] {
    int go[2];
    if (pipe(go) != 0) return 1;
    int seen = 2;
    std::thread before([&] {
      char byte = 0;
      if (read(go[0], &byte, 1) == 0) seen = is_refused(getpgid(0)) ? 0 : 3;
    });
    const bool allowed = allow_only(readers_calls()).has_value();
    close(go[1]);
    before.join();
    return allowed ? seen : 4;
  });
  CHECK(outcome == 0);
}

TEST_CASE("a name that no system call has is an error, and nothing is limited") {
  const int outcome = in_child([] {
    if (allow_only({{"no_such_call"}, {}})) return 1;
    return getppid() > 0 ? 0 : 2;
  });
  CHECK(outcome == 0);
}
