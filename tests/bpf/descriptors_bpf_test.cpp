#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
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

}  // namespace sockwarden::testing
