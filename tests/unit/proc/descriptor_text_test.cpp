#include "agent/proc/descriptor_text.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

using namespace sockwarden;

TEST_CASE("an epoll instance lists what it watches") {
  const auto text = parse_descriptor(
      "pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t26\n"
      "tfd:        6 events: 8000201d data:     7f405ac8aed8  pos:0 ino:7428 sdev:9\n"
      "tfd:       17 events:       19 data:           8974e8  pos:0 ino:1a sdev:f\n");
  REQUIRE(text.watched.size() == 2);
  CHECK(text.watched[0].fd == 6);
  CHECK(text.watched[0].data == 0x7f405ac8aed8);
  CHECK(text.watched[0].inode == 0x7428);
  CHECK(text.watched[1].inode == 0x1a);
  CHECK_FALSE(text.timer);
}

TEST_CASE("a kernel that does not tell inodes leaves them 0") {
  CHECK(parse_descriptor("tfd:        6 events:       19 data:                6\n").watched.at(0).inode == 0);
}

TEST_CASE("flags are octal, and missing flags are not flags") {
  CHECK(*parse_descriptor("pos:\t0\nflags:\t02004002\n").open_flags & O_NONBLOCK);
  CHECK_FALSE(*parse_descriptor("flags:\t02\n").open_flags & O_NONBLOCK);
  CHECK_FALSE(parse_descriptor("").open_flags);
}

TEST_CASE("a timer descriptor is armed while time is left") {
  CHECK(parse_descriptor("clockid: 1\nticks: 0\nsettime flags: 00\nit_value: (9, 123)\nit_interval: (0, 0)\n").armed);
  CHECK_FALSE(parse_descriptor("it_value: (0, 0)\nit_interval: (5, 0)\n").armed);
  CHECK(parse_descriptor("it_value: (0, 0)\n").timer);
}

TEST_CASE("what a descriptor refers to is read from its link") {
  using Kind = DescriptorTarget::Kind;
  CHECK(parse_target("socket:[4711]") == DescriptorTarget{Kind::socket, 4711});
  CHECK(parse_target("pipe:[12]") == DescriptorTarget{Kind::pipe, 12});
  CHECK(parse_target("anon_inode:[eventpoll]").kind == Kind::epoll);
  CHECK(parse_target("anon_inode:[timerfd]").kind == Kind::timerfd);
  CHECK(parse_target("anon_inode:[eventfd]").kind == Kind::eventfd);
  CHECK(parse_target("anon_inode:[io_uring]").kind == Kind::io_uring);
  for (const auto* other : {"", "/tmp/socket:[4711]", "/dev/null", "anon_inode:inotify", "socket:["}) {
    CHECK(parse_target(other) == DescriptorTarget{});
  }
}
