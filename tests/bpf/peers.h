// Real sockets on loopback, and child processes that use them: what the kernel tests look at.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <istream>
#include <string>
#include <utility>
#include <vector>

namespace sockwarden::testing {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int fd() const { return fd_; }

  void send(const std::string& text) const {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
  /// Reads exactly so many bytes.
  void receive(std::size_t bytes) const {
    std::vector<char> buffer(bytes);
    REQUIRE(::recv(fd_, buffer.data(), bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes));
  }
  void set(int level, int name, int value) const { REQUIRE(setsockopt(fd_, level, name, &value, sizeof(value)) == 0); }
  [[nodiscard]] std::uint16_t port() const {
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    REQUIRE(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);  // the same place for IPv6
  }

 private:
  int fd_ = -1;
};

struct Loopback {
  sockaddr_storage address{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
  static Loopback of(int family, std::uint16_t port = 0) {
    Loopback loopback;
    if (family == AF_INET6) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(loopback.address);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      v6.sin6_addr = in6addr_loopback;
      loopback.length = sizeof(v6);
    } else {
      auto& v4 = reinterpret_cast<sockaddr_in&>(loopback.address);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      loopback.length = sizeof(v4);
    }
    return loopback;
  }
};

inline Socket listen_on_loopback(int family = AF_INET, int backlog = 128) {
  Socket socket(::socket(family, SOCK_STREAM, 0));
  const auto address = Loopback::of(family);
  REQUIRE(bind(socket.fd(), address.get(), address.length) == 0);
  REQUIRE(listen(socket.fd(), backlog) == 0);
  return socket;
}

inline Socket connect_to(std::uint16_t port, int family = AF_INET) {
  Socket socket(::socket(family, SOCK_STREAM, 0));
  const auto address = Loopback::of(family, port);
  REQUIRE(connect(socket.fd(), address.get(), address.length) == 0);
  return socket;
}

inline Socket accept_from(const Socket& listener) {
  Socket socket(accept(listener.fd(), nullptr, nullptr));
  REQUIRE(socket.fd() >= 0);
  return socket;
}

/// A connected pair in this process.
struct Pair {
  Socket listener, client, server;
  explicit Pair(int family = AF_INET) : listener(listen_on_loopback(family)) {
    client = connect_to(listener.port(), family);
    server = accept_from(listener);
  }
  [[nodiscard]] std::uint16_t client_port() const { return client.port(); }
  [[nodiscard]] std::uint16_t server_port() const { return listener.port(); }
};

/// A child that runs `body` and exits; `body` must not use Catch.
class Child {
 public:
  explicit Child(const std::function<void()>& body) : pid_(fork()) {
    if (pid_ == 0) {
      body();
      _exit(0);
    }
    REQUIRE(pid_ > 0);
  }
  ~Child() {
    if (pid_ <= 0) return;
    kill(SIGKILL);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  void kill(int signal) const { ::kill(pid_, signal); }
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }

 private:
  pid_t pid_;
};

/// One byte from one process to another: "you may go on".
class Gate {
 public:
  Gate() { REQUIRE(pipe(ends_) == 0); }
  ~Gate() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  /// Its two descriptors, for a program that is executed and takes it over with inherit().
  [[nodiscard]] std::string inherited() const { return std::to_string(ends_[0]) + " " + std::to_string(ends_[1]); }
  static Gate inherit(std::istream& from) {
    int reader = -1, writer = -1;
    from >> reader >> writer;
    return {reader, writer};
  }
  void open() const {
    const char byte = 1;
    if (write(ends_[1], &byte, 1) != 1) abort();
  }
  void wait() const {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) abort();
  }

 private:
  Gate(int reader, int writer) : ends_{reader, writer} {}
  int ends_[2] = {};
};

}  // namespace sockwarden::testing
