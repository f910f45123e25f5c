// Programs that wait for a silent peer, and the question about their connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "agent/evidence/evidence_reader.h"
#include "agent/proc/file_text.h"
#include "tests/unit/proc/child_process.h"

namespace sockwarden::test {

/// Accepts (by its backlog) and never says a word.
class SilentPeer {
 public:
  explicit SilentPeer(int backlog = 64) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(fd_, backlog);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  SilentPeer(const SilentPeer&) = delete;
  SilentPeer& operator=(const SilentPeer&) = delete;
  ~SilentPeer() { ::close(fd_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

inline int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return -1;
  return fd;
}

/// Its accept queue is full: whoever connects stays in SYN_SENT.
class FullPeer {
 public:
  FullPeer() {
    for (auto& fd : fillers_) {
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(peer_.port());
      ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    }
  }
  FullPeer(const FullPeer&) = delete;
  FullPeer& operator=(const FullPeer&) = delete;
  ~FullPeer() {
    for (const int fd : fillers_) ::close(fd);
  }
  [[nodiscard]] std::uint16_t port() const { return peer_.port(); }

 private:
  SilentPeer peer_{0};
  std::array<int, 2> fillers_{};
};

struct SocketRow {
  std::uint32_t fd = 0;
  std::uint64_t inode = 0;
  unsigned local_port = 0, remote_port = 0, state = 0;
};

/// The TCP sockets of a process, as /proc lists them.
inline std::vector<SocketRow> sockets_of(std::uint32_t pid) {
  std::vector<SocketRow> rows;
  std::error_code error;
  std::vector<std::pair<std::uint32_t, std::string>> links;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error)) {
    links.emplace_back(std::stoul(entry.path().filename().string()), read_link_at(-100, entry.path().c_str()));
  }
  std::erase_if(links, [](const auto& link) { return !link.second.starts_with("socket:["); });
  if (links.empty()) return rows;
  // The host's: other tests leave tens of thousands of closed connections there.
  constexpr std::size_t longest = 256 << 20;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::istringstream text(read_text(table, longest).value_or(""));
    for (std::string line; std::getline(text, line);) {
      SocketRow row;
      unsigned long inode = 0;
      if (std::sscanf(line.c_str(), " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%x %x %*x:%*x %*x:%*x %*x %*d %*d %lu",
                      &row.local_port, &row.remote_port, &row.state, &inode) != 4) {
        continue;
      }
      row.inode = inode;
      for (const auto& [fd, target] : links) {
        row.fd = fd;
        if (target == "socket:[" + std::to_string(inode) + "]") rows.push_back(row);
      }
    }
  }
  return rows;
}

inline std::optional<Question> question_about(std::uint32_t pid, unsigned remote_port) {
  for (const auto& row : sockets_of(pid)) {
    if (row.remote_port != remote_port) continue;
    Question question;
    question.pid = pid;
    question.fd = row.fd;
    question.inode = row.inode;
    return question;
  }
  return std::nullopt;
}

inline Evidence answer(const Question& question) {
  static EvidenceReader reader;
  return reader.answer({question}).front();
}

/// The answer once it is `expected`, or the last one. What is limited must not look endless for one moment.
inline Evidence await(const Question& question, Verdict expected) {
  Evidence evidence;
  eventually([&] { return (evidence = answer(question)).verdict == expected; });
  for (int count = 0; expected != Verdict::infinite && count < 50; ++count) {
    if (const auto again = answer(question); again.verdict == Verdict::infinite) return again;
  }
  return evidence;
}

/// Whether a timer is what is said to be pending, in these words, once the program has come to its rest.
inline bool comes_to_say(const Question& question, const std::string& words) {
  const auto said = [&] { return answer(question).sentence.find(words) != std::string::npos; };
  return eventually(said) && await(question, Verdict::timer_pending).verdict == Verdict::timer_pending;
}

/// The answer about a program that first has to connect to the peer.
inline Evidence await(const ChildProcess& program, std::uint16_t port, Verdict expected,
                      WaitDirection direction = WaitDirection::receive) {
  Evidence evidence;
  evidence.sentence = "it never connected";
  std::optional<Question> question;
  const bool held = eventually([&] {
    // Anew each time: before its exec, the child still holds what it inherited.
    question = question_about(program.pid(), port);
    if (!question) return false;
    question->direction = direction;
    return (evidence = answer(*question)).verdict == expected;
  });
  return held ? await(*question, expected) : evidence;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = "/tmp/evidence-test-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline bool installed(const char* program) {
  if (::access(program, X_OK) == 0) return true;
  std::printf("SKIPPED: %s is not installed\n", program);
  return false;
}

}  // namespace sockwarden::test
