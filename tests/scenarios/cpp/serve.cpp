// A small HTTP server: a fixed number of threads, each serves one connection at a time.
#include <arpa/inet.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "plan.h"
#include "ways.h"

namespace {

class Connections {
 public:
  void push(int fd) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(fd);
    arrived_.notify_one();
  }
  int pop() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return !waiting_.empty(); });
    const int fd = waiting_.front();
    waiting_.pop_front();
    return fd;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<int> waiting_;
};

/// The lines of a request up to the empty one, the body taken too; nothing where the client has gone or took too long.
std::optional<std::string> read_request(int fd, std::string& rest) {
  char buffer[4096];
  std::size_t end = 0;
  while ((end = rest.find("\r\n\r\n")) == std::string::npos) {
    const auto got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) return std::nullopt;
    rest.append(buffer, static_cast<std::size_t>(got));
  }
  auto head = rest.substr(0, end);
  rest.erase(0, end + 4);
  const char* length = strcasestr(head.c_str(), "content-length:");
  const auto size = length != nullptr ? std::strtoul(length + 15, nullptr, 10) : 0;
  while (rest.size() < size) {
    const auto got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) return std::nullopt;
    rest.append(buffer, static_cast<std::size_t>(got));
  }
  rest.erase(0, size);
  return head;
}

std::mutex stock;
std::condition_variable restocked;
bool in_stock = false;

/// /job waits until somebody restocks: nobody does. /slow/S takes S seconds.
void answer(const std::string& head) {
  if (head.rfind("GET /job", 0) == 0) {
    std::unique_lock lock(stock);
    const double limit = plan::seconds("limit");
    if (limit > 0) {
      restocked.wait_for(lock, std::chrono::duration<double>(limit), [] { return in_stock; });
    } else {
      restocked.wait(lock, [] { return in_stock; });
    }
  } else if (head.rfind("GET /slow/", 0) == 0) {
    usleep(static_cast<useconds_t>(std::strtod(head.c_str() + 10, nullptr) * 1e6));
  }
}

void serve_connection(int fd) {
  const double limit = plan::seconds("receive_timeout");
  const timeval receive{static_cast<time_t>(limit), 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof receive);
  std::string rest;
  while (const auto head = read_request(fd, rest)) {
    answer(*head);
    static constexpr char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    if (send(fd, reply, sizeof reply - 1, 0) < 0 || strcasestr(head->c_str(), "connection: close") != nullptr) break;
  }
  if (plan::text("forget") != "yes") close(fd);
}

}  // namespace

void serve() {
  std::signal(SIGTERM, [](int) { _exit(0); });
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto peer = peer_of("127.0.0.1:0");
  bind(listener, reinterpret_cast<sockaddr*>(&peer.address), peer.length);
  listen(listener, plan::number("backlog", 128));
  getsockname(listener, reinterpret_cast<sockaddr*>(&peer.address), &peer.length);
  plan::say({{"port", ntohs(reinterpret_cast<sockaddr_in*>(&peer.address)->sin_port)}});
  Connections connections;
  for (int i = 0; i < plan::number("threads", 16); ++i) {
    std::thread([&] {
      while (true) serve_connection(connections.pop());
    }).detach();
  }
  for (int accepted = 0;; ++accepted) {
    if (plan::seconds("stall") > 0 && accepted == plan::number("accepts", 1)) {
      usleep(static_cast<useconds_t>(plan::seconds("stall") * 1e6));
    }
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) connections.push(fd);
  }
}
