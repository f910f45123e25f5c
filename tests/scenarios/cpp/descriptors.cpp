// Descriptors of each type that are opened and forgotten, or closed as they should be.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <vector>

#include "plan.h"
#include "ways.h"

namespace {

std::vector<int> open_pipe() {
  int ends[2];
  return pipe2(ends, O_CLOEXEC) == 0 ? std::vector<int>{ends[0], ends[1]} : std::vector<int>{};
}

std::vector<int> open_pair() {
  int ends[2];
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? std::vector<int>{ends[0], ends[1]}
                                                                       : std::vector<int>{};
}

std::vector<int> open_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  return {signalfd(-1, &set, SFD_CLOEXEC)};
}

/// A connection whose peer hangs up after the answer.
std::vector<int> open_connection() {
  const auto peer = peer_of(plan::text("address"));
  const int fd = socket(peer.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const std::string ask = "GET /hangup/200 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  char buffer[4096];
  if (connect(fd, reinterpret_cast<const sockaddr*>(&peer.address), peer.length) < 0 ||
      send(fd, ask.data(), ask.size(), 0) < 0) {
    std::perror("connection");
  }
  while (recv(fd, buffer, sizeof buffer, 0) > 0) {
  }
  return {fd};
}

std::vector<int> open_one(const std::string& kind) {
  if (kind == "file") return {open("/etc/hostname", O_RDONLY | O_CLOEXEC)};
  if (kind == "pipe") return open_pipe();
  if (kind == "eventfd") return {eventfd(0, EFD_CLOEXEC)};
  if (kind == "timerfd") return {timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
  if (kind == "epoll") return {epoll_create1(EPOLL_CLOEXEC)};
  if (kind == "inotify") return {inotify_init1(IN_CLOEXEC)};
  if (kind == "memfd") return {memfd_create("part", MFD_CLOEXEC)};
  if (kind == "signalfd") return open_signal();
  if (kind == "unix") return open_pair();
  if (kind == "udp") return {socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (kind == "tcp") return {socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  return open_connection();
}

}  // namespace

void descriptors() {
  int leaked = 0;
  for (int i = 0; i < plan::number("count", 60); ++i) {
    const auto opened = open_one(plan::text("kind"));
    if (plan::text("close") == "yes") {
      for (const int fd : opened) close(fd);
    } else {
      leaked += static_cast<int>(opened.size());
    }
    usleep(static_cast<useconds_t>(plan::seconds("pause") * 1e6));
  }
  stay({{"leaked", leaked}});
}
