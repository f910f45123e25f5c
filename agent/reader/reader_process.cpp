#include "agent/reader/reader_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/reader/codec.h"

namespace sockwarden {
namespace {

/// What the child begins with: its socket, no other descriptor of ours, and no signal blocked or ignored.
class SpawnSetting {
 public:
  explicit SpawnSetting(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, socket, reader_socket);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, reader_socket + 1);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSetting() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetting(const SpawnSetting&) = delete;
  SpawnSetting& operator=(const SpawnSetting&) = delete;

  /// 0, or why not.
  [[nodiscard]] int spawn(const std::vector<std::string>& command, pid_t& pid) const {
    std::vector<char*> arguments;
    for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    return ::posix_spawn(&pid, arguments.front(), &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

tl::expected<ReaderProcess, std::string> ReaderProcess::start(const std::vector<std::string>& command,
                                                              const Patience& patience, EndedProcesses& ended) {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return tl::unexpected(std::string("the reader cannot be started: ") + std::strerror(errno));
  OwnedFd ours(pair[0]);
  pid_t pid = -1;
  int error = 0;
  {
    const OwnedFd theirs(pair[1]);  // closed then: the end of the child would not be seen
    error = SpawnSetting(theirs.get()).spawn(command, pid);
  }
  if (error != 0) return tl::unexpected(std::string("the reader cannot be started: ") + std::strerror(error));
  ReaderProcess process(pid, std::move(ours), ended);
  const auto text = receive_message(process.socket_.get(), patience);
  if (!text) return tl::unexpected(process.reason_of(text.error()));
  const auto greeting = decode_greeting(*text);
  if (!greeting) return tl::unexpected(std::string("the reader's greeting makes no sense"));
  if (!greeting->empty()) return tl::unexpected(*greeting);
  return process;
}

ReaderProcess::ReaderProcess(ReaderProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)), ended_(other.ended_) {}

ReaderProcess::~ReaderProcess() {
  if (pid_ > 0) ended_.add(pid_);
}

bool ReaderProcess::has_left() const {
  pollfd set{socket_.get(), POLLIN, 0};
  return ::poll(&set, 1, 0) != 0;  // it has nothing to say unasked
}

tl::expected<std::string, std::string> ReaderProcess::ask(std::string_view text, const Patience& patience) {
  if (const auto sent = send_message(socket_.get(), text, patience); !sent)
    return tl::unexpected(reason_of(sent.error()));
  auto answer = receive_message(socket_.get(), patience);
  if (!answer) return tl::unexpected(reason_of(answer.error()));
  return std::move(*answer);
}

std::string ReaderProcess::reason_of(MessageFailure failure) const {
  switch (failure) {
    case MessageFailure::late:
      return "the reader did not answer in time";
    case MessageFailure::too_long:
      return "the reader's answer is too long";
    case MessageFailure::cancelled:
      return "the agent stops";
    case MessageFailure::closed:
      break;
  }
  // Its socket closes a moment before it can be waited for.
  for (int tries = 0; tries < 20; ++tries, ::usleep(5'000)) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_pid != pid_)
      continue;
    const std::string status = std::to_string(info.si_status);
    if (info.si_code == CLD_EXITED) return "the reader ended with status " + status;
    return "the reader was ended by signal " + status;
  }
  return "the reader closed its connection";
}

}  // namespace sockwarden
