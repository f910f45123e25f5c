// Real processes for tests: forked or executed, ended with the test.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace sockwarden::test {

/// Asks again until `claim` holds or the deadline passes; says whether it held.
inline bool eventually(const std::function<bool()>& claim, std::chrono::seconds deadline = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!claim()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

class ChildProcess {
 public:
  /// Runs `body` in a fork; it never returns to the test.
  explicit ChildProcess(const std::function<void()>& body) : pid_(::fork()) {
    if (pid_ == 0) {
      body();
      for (;;) ::pause();
    }
  }
  /// Executes a command, its output dropped.
  explicit ChildProcess(const std::vector<std::string>& command) : pid_(::fork()) {
    if (pid_ == 0) {
      const int sink = ::open("/dev/null", O_RDWR);
      ::dup2(sink, 0);
      if (::getenv("CHILD_OUTPUT") == nullptr) {
        ::dup2(sink, 1);
        ::dup2(sink, 2);
      }
      std::vector<char*> arguments;
      for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { end(); }

  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_;
};

}  // namespace sockwarden::test
