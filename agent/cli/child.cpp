#include "agent/cli/child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace sockwarden {
namespace {

[[noreturn]] void become(const std::vector<std::string>& command, int go, int failure) {
  char byte = 0;
  if (::read(go, &byte, 1) != 1) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> arguments;
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  const int error = errno;
  [[maybe_unused]] const auto told = ::write(failure, &error, sizeof error);
  ::_exit(error == ENOENT ? 127 : 126);
}

}  // namespace

tl::expected<Child, Error> Child::prepare(const std::vector<std::string>& command) {
  std::array<int, 2> go{-1, -1}, failure{-1, -1};
  const auto failed = [&](int code) {
    for (const int fd : {go[0], go[1], failure[0], failure[1]})
      if (fd >= 0) ::close(fd);
    return tl::unexpected(Error{"start", command.front(), code, ""});
  };
  if (::pipe2(go.data(), O_CLOEXEC) != 0 || ::pipe2(failure.data(), O_CLOEXEC) != 0) return failed(errno);
  const pid_t pid = ::fork();
  if (pid < 0) return failed(errno);
  if (pid == 0) {
    ::close(go[1]);
    become(command, go[0], failure[1]);
  }
  ::close(go[0]);
  ::close(failure[1]);
  Child child;
  child.name_ = command.front();
  child.pid_ = pid;
  child.go_ = go[1];
  child.failure_ = failure[0];
  return child;
}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      go_(std::exchange(other.go_, -1)),
      failure_(std::exchange(other.failure_, -1)),
      status_(other.status_) {}

Child::~Child() {
  if (go_ >= 0) ::close(go_);
  if (failure_ >= 0) ::close(failure_);
}

tl::expected<void, Error> Child::start() {
  const char byte = 1;
  if (::write(go_, &byte, 1) != 1) return tl::unexpected(Error{"start", name_, errno, ""});
  ::close(std::exchange(go_, -1));
  int error = 0;
  const auto got = ::read(failure_, &error, sizeof error);  // the end of the file: exec closed it
  ::close(std::exchange(failure_, -1));
  if (got == static_cast<ssize_t>(sizeof error))
    return tl::unexpected(Error{"start", name_, error, "give a program that can be executed after --"});
  return {};
}

void Child::signal(int number) const {
  if (pid_ > 0 && !status_) ::kill(pid_, number);
}

std::optional<int> Child::status() {
  if (status_ || pid_ <= 0) return status_;
  int raw = 0;
  if (::waitpid(pid_, &raw, WNOHANG) != pid_) return std::nullopt;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return status_;
}

}  // namespace sockwarden
