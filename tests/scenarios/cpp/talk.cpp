// Raw sockets: connect, ask, read until the peer ends it, each step limited or not as the plan says.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "plan.h"
#include "ways.h"

namespace {

timeval timeval_of(double seconds) {
  return {static_cast<time_t>(seconds), static_cast<suseconds_t>((seconds - static_cast<int>(seconds)) * 1e6)};
}

int open_socket(const Peer& peer, int flags) {
  const int fd = socket(peer.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  const auto receive = timeval_of(plan::seconds("receive_timeout"));
  const auto send = timeval_of(plan::seconds("send_timeout"));
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof receive);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send, sizeof send);
  return fd;
}

bool ready(int fd, short events) {
  pollfd one{fd, events, 0};
  const double limit = plan::seconds("poll_timeout");
  return poll(&one, 1, limit > 0 ? static_cast<int>(limit * 1000) : -1) > 0;
}

std::string question() { return "GET " + plan::text("path", "/silent") + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

/// Reads until the first byte of an answer to a warm-up request, and what comes with it.
void warm_up(int fd) {
  char buffer[65536];
  for (int i = 0; i < plan::number("warm"); ++i) {
    const std::string ask = "GET " + plan::text("warm_path") + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (send(fd, ask.data(), ask.size(), 0) < 0 || recv(fd, buffer, sizeof buffer, 0) < 0) return;
  }
}

void blocking(const Peer& peer, plan::Barrier& waiting) {
  const int fd = open_socket(peer, 0);
  if (plan::text("stop_at") == "dial") waiting.arrive();
  if (connect(fd, reinterpret_cast<const sockaddr*>(&peer.address), peer.length) < 0) {
    std::perror("connect");
    close(fd);
    return;
  }
  warm_up(fd);
  const auto ask = question();
  if (send(fd, ask.data(), ask.size(), 0) < 0) std::perror("send");
  waiting.arrive();
  std::vector<char> buffer(static_cast<std::size_t>(plan::number("chunk", 65536)));
  while (recv(fd, buffer.data(), buffer.size(), 0) > 0) usleep(static_cast<useconds_t>(plan::seconds("pause") * 1e6));
  close(fd);
}

void polling(const Peer& peer, plan::Barrier& waiting) {
  const int fd = open_socket(peer, SOCK_NONBLOCK);
  if (plan::text("stop_at") == "dial") waiting.arrive();
  connect(fd, reinterpret_cast<const sockaddr*>(&peer.address), peer.length);
  if (!ready(fd, POLLOUT)) {
    close(fd);
    return;
  }
  const auto ask = question();
  if (send(fd, ask.data(), ask.size(), 0) < 0) std::perror("send");
  waiting.arrive();
  char buffer[65536];
  while (ready(fd, POLLIN) && recv(fd, buffer, sizeof buffer, 0) > 0) {
  }
  close(fd);
}

/// One thread, one epoll, all connections.
void event_loop(const Peer& peer, plan::Barrier& waiting, int count) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::map<int, bool> asked;
  for (int i = 0; i < count; ++i) {
    const int fd = open_socket(peer, SOCK_NONBLOCK);
    connect(fd, reinterpret_cast<const sockaddr*>(&peer.address), peer.length);
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLET, {}};
    event.data.fd = fd;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    asked[fd] = false;
    if (plan::text("stop_at") == "dial") waiting.arrive();
  }
  const double limit = plan::seconds("poll_timeout");
  epoll_event events[16];
  char buffer[65536];
  while (!asked.empty()) {
    const int count_ready = epoll_wait(epoll, events, 16, limit > 0 ? static_cast<int>(limit * 1000) : -1);
    if (count_ready <= 0) break;
    for (int i = 0; i < count_ready; ++i) {
      const int fd = events[i].data.fd;
      if (!asked[fd] && (events[i].events & EPOLLOUT) != 0) {
        const auto ask = question();
        if (send(fd, ask.data(), ask.size(), 0) < 0) std::perror("send");
        asked[fd] = true;
        waiting.arrive();
      }
      ssize_t got = 1;
      while (got > 0) got = recv(fd, buffer, sizeof buffer, 0);
      if (got == 0 || errno != EAGAIN) {
        asked.erase(fd);
        close(fd);
      }
    }
  }
  for (const auto& [fd, sent] : asked) close(fd);
  close(epoll);
}

}  // namespace

void talk() {
  const auto peer = peer_of(plan::text("address"));
  const int workers = plan::number("workers", 3);
  plan::Barrier waiting(workers);
  const auto mode = plan::text("mode", "blocking");
  for (int i = 0; i < plan::number("attempts", 1); ++i) {
    if (mode == "loop") {
      event_loop(peer, waiting, workers);
    } else {
      in_threads(workers, [&] { mode == "poll" ? polling(peer, waiting) : blocking(peer, waiting); });
    }
  }
}
