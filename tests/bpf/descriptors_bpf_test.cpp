#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <map>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {

TEST_CASE("descriptors are counted by process and type") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Gate ready, leave;
  const Gate emptied, fill;
  Child child([&] {
    emptied.open();
    fill.wait();
    int pipes[2];
    sigset_t none;
    sigemptyset(&none);
    io_uring_params ring{};
    if (open("/proc/self/exe", O_RDONLY) < 0 || open("/proc/self/maps", O_RDONLY) < 0) _exit(10);
    if (pipe(pipes) != 0 || eventfd(0, 0) < 0 || timerfd_create(CLOCK_MONOTONIC, 0) < 0) _exit(11);
    if (epoll_create1(0) < 0 || signalfd(-1, &none, 0) < 0 || inotify_init() < 0) _exit(12);
    if (socket(AF_INET, SOCK_STREAM, 0) < 0 || socket(AF_INET6, SOCK_DGRAM, 0) < 0) _exit(13);
    if (socket(AF_UNIX, SOCK_STREAM, 0) < 0 || memfd_create("held", 0) < 0) _exit(14);
    if (syscall(SYS_pidfd_open, getpid(), 0) < 0) _exit(15);
    if (syscall(SYS_io_uring_setup, 4, &ring) < 0 && errno != ENOSYS && errno != EPERM) _exit(16);
    ready.open();
    leave.wait();
  });
  emptied.wait();
  watch.scan();
  REQUIRE(watch.last().descriptors.contains(child.pid()));
  const auto before = watch.last().descriptors.at(child.pid());
  fill.open();
  ready.wait();
  watch.scan({.details = {child.pid()}});
  const auto after = watch.last().descriptors.at(child.pid());
  const std::map<int, int> expected{{SW_DESCRIPTOR_FILE, 2},    {SW_DESCRIPTOR_PIPE, 2},   {SW_DESCRIPTOR_EVENTFD, 1},
                                    {SW_DESCRIPTOR_TIMERFD, 1}, {SW_DESCRIPTOR_EPOLL, 1},  {SW_DESCRIPTOR_SIGNALFD, 1},
                                    {SW_DESCRIPTOR_INOTIFY, 1}, {SW_DESCRIPTOR_SOCKET, 2}, {SW_DESCRIPTOR_UNIX, 1},
                                    {SW_DESCRIPTOR_MEMFD, 1},   {SW_DESCRIPTOR_PIDFD, 1}};
  for (const auto& [type, count] : expected) {
    CAPTURE(type);
    CHECK(after.count[type] - before.count[type] == static_cast<unsigned>(count));
  }
  std::uint32_t listed = 0, counted = 0;
  for (const auto& descriptor : watch.last().descriptor_details) listed += descriptor.tgid == child.pid();
  for (const auto count : after.count) counted += count;
  CHECK(listed == counted);

  // A state of TCP is TCP's alone: that of the datagram socket and of the unix socket is none.
  std::map<int, int> with_tcp_state;
  for (const auto& descriptor : watch.last().descriptor_details)
    if (descriptor.tgid == child.pid() && descriptor.tcp_state != 0) ++with_tcp_state[descriptor.type];
  CHECK(with_tcp_state == std::map<int, int>{{SW_DESCRIPTOR_SOCKET, 1}});
  leave.open();
}

namespace {

/// Moves a descriptor to a number that nothing has been handed down under.
void move_to(int descriptor, int number) {
  if (dup2(descriptor, number) != number || close(descriptor) != 0) _exit(20);
}

std::map<std::uint32_t, sw_descriptor> seen(Watch& watch, std::uint32_t pid) {
  watch.scan({.details = {pid}});
  std::map<std::uint32_t, sw_descriptor> found;
  for (const auto& descriptor : watch.last().descriptor_details)
    if (descriptor.tgid == pid) found[descriptor.fd] = descriptor;
  return found;
}

bool has(const sw_descriptor& descriptor, sw_sign sign) { return (descriptor.signs & sign) != 0; }

/// Under lockdown=confidentiality nothing reads memory by address: what these descriptors went through is unknown.
bool is_unknown(const std::map<std::uint32_t, sw_descriptor>& descriptors) {
  if (probe_host().lockdown != "confidentiality") return false;
  for (const auto& [fd, descriptor] : descriptors)
    if (fd >= 900) CHECK_FALSE(has(descriptor, SW_SIGN_READ));
  return true;
}

}  // namespace

TEST_CASE("pread() moves what is seen of a file, and the position stays") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Gate opened, read_it, done, leave;
  Child child([&] {
    move_to(open("/proc/self/exe", O_RDONLY), 900);
    opened.open();
    read_it.wait();
    char byte = 0;
    if (pread(900, &byte, 1, 4096) != 1) _exit(10);
    done.open();
    leave.wait();
  });
  opened.wait();
  const sw_descriptor before = seen(watch, child.pid()).at(900);
  read_it.open();
  done.wait();
  const sw_descriptor after = seen(watch, child.pid()).at(900);
  leave.open();
  CHECK(before.position == after.position);
  struct statfs where {};
  REQUIRE(statfs("/proc/self/exe", &where) == 0);
  const bool leaves_a_trace = where.f_type != TMPFS_MAGIC;
  CHECK((before.traffic != after.traffic) == leaves_a_trace);
  CHECK(before.references == 1);
  CHECK(before.threads == 1);
  CHECK(has(after, SW_SIGN_READ) == leaves_a_trace);
  CHECK(has(after, SW_SIGN_PLAIN));
  CHECK(has(after, SW_SIGN_MAPPED) == leaves_a_trace);  // it runs from there
  CHECK_FALSE(has(after, SW_SIGN_UNLINKED));
}

TEST_CASE("the other end of a pipe and of a unix socket is seen, and when it goes") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Gate opened, close_them, closed, leave;
  Child child([&] {
    int pipes[2], sockets[2];
    if (pipe(pipes) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) _exit(10);
    move_to(pipes[0], 900);
    move_to(pipes[1], 901);
    move_to(sockets[0], 902);
    move_to(sockets[1], 903);
    opened.open();
    close_them.wait();
    close(901);
    close(903);
    closed.open();
    leave.wait();
  });
  opened.wait();
  auto before = seen(watch, child.pid());
  close_them.open();
  closed.wait();
  auto after = seen(watch, child.pid());
  leave.open();
  if (is_unknown(before)) return;
  for (const std::uint32_t fd : {900U, 901U, 902U, 903U}) {
    CAPTURE(fd);
    CHECK(has(before[fd], SW_SIGN_READ));
    CHECK(has(before[fd], SW_SIGN_OTHER_END));
  }
  CHECK(before[902].end == before[903].other_end);
  CHECK(before[903].end == before[902].other_end);
  for (const std::uint32_t fd : {900U, 902U}) {
    CAPTURE(fd);
    CHECK(has(after[fd], SW_SIGN_READ));
    CHECK_FALSE(has(after[fd], SW_SIGN_OTHER_END));
  }
}

TEST_CASE("somebody who waits, a timer that runs, a datagram that came and a shared description are seen") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Gate opened, leave;
  Child child([&] {
    move_to(eventfd(0, 0), 900);
    move_to(eventfd(0, 0), 901);
    move_to(epoll_create1(0), 902);
    move_to(timerfd_create(CLOCK_MONOTONIC, 0), 903);
    move_to(timerfd_create(CLOCK_MONOTONIC, 0), 904);
    move_to(socket(AF_INET, SOCK_DGRAM, 0), 905);
    move_to(socket(AF_INET, SOCK_DGRAM, 0), 906);
    epoll_event event{};
    const itimerspec hour{{}, {3600, 0}};
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(here);
    char byte = 'x';
    if (epoll_ctl(902, EPOLL_CTL_ADD, 901, &event) != 0 || timerfd_settime(904, 0, &hour, nullptr) != 0) _exit(11);
    if (bind(906, reinterpret_cast<sockaddr*>(&here), length) != 0 ||
        getsockname(906, reinterpret_cast<sockaddr*>(&here), &length) != 0 ||
        sendto(905, &byte, 1, 0, reinterpret_cast<sockaddr*>(&here), length) != 1 || recv(906, &byte, 1, 0) != 1)
      _exit(12);
    if (dup2(900, 907) != 907) _exit(13);
    opened.open();
    leave.wait();
  });
  opened.wait();
  auto now = seen(watch, child.pid());
  leave.open();
  CHECK(now[900].references == 2);
  if (is_unknown(now)) return;
  CHECK_FALSE(has(now[900], SW_SIGN_AWAITED));
  CHECK(has(now[901], SW_SIGN_AWAITED));
  CHECK_FALSE(has(now[902], SW_SIGN_AWAITED));
  CHECK(has(now[902], SW_SIGN_READ));
  CHECK_FALSE(has(now[903], SW_SIGN_ARMED));
  CHECK(has(now[904], SW_SIGN_ARMED));
  CHECK_FALSE(has(now[905], SW_SIGN_RECEIVED));
  CHECK(has(now[906], SW_SIGN_RECEIVED));
}

}  // namespace sockwarden::testing
