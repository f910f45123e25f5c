#include <catch2/catch.hpp>
#include <functional>

#include "tests/unit/detect/pool_stage.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

/// Each second `each` descriptors of one type come, and stay.
struct Growth {
  PoolStage stage;
  sw_descriptor_type type = SW_DESCRIPTOR_FILE;
  bool one_file = false;
  unsigned each = 2;

  void grow(int seconds, const std::function<void(sw_descriptor&)>& look = {}) {
    for (int i = 0; i < seconds; ++i) {
      for (unsigned n = 0; n < each; ++n) {
        stage.hold(type, one_file ? 7 : 100 + stage.last_file);
        if (look) look(stage.held.back());
      }
      stage.wait(1);
    }
    stage.wait(5);
  }
  void grow_of(sw_descriptor_type kind, const std::function<void(sw_descriptor&)>& look = {}) {
    type = kind;
    grow(12, look);
  }
  [[nodiscard]] std::vector<Finding> found() const { return stage.ask(fd_leak); }
  [[nodiscard]] bool is_silent() const { return found().empty(); }
  [[nodiscard]] bool tells_of(std::uint64_t count) const {
    const auto findings = found();
    return findings.size() == 1 && findings[0].count == count;
  }
};

void other_end(sw_descriptor& one) { one.signs |= SW_SIGN_OTHER_END; }
void awaited(sw_descriptor& one) { one.signs |= SW_SIGN_AWAITED; }
void shared(sw_descriptor& one) { one.references = 2; }
void unreadable(sw_descriptor& one) { one.signs = 0; }

/// Both ends of each pair are here.
void pair_here(sw_descriptor& one) {
  const std::uint64_t mate = one.file % 2 == 1 ? one.file + 1 : one.file - 1;
  one.signs |= SW_SIGN_OTHER_END;
  one.inode = std::max<std::uint64_t>(one.file, mate);
  one.open_flags = one.file % 2;  // one reads, one writes
  one.end = one.file;
  one.other_end = mate;
}

}  // namespace

TEST_CASE("the same file opened on and on is a leak, different files are a cache that fills") {
  Growth growth;
  SECTION("the same") {
    growth.one_file = true;
    growth.grow(12);
    CHECK(growth.tells_of(24));
  }
  SECTION("different ones") {
    growth.grow(30);
    CHECK(growth.is_silent());
  }
  SECTION("two of each: standard output and error of a child in one log") {
    growth.grow(12, [](sw_descriptor& one) { one.inode = 100 + one.file / 2; });
    CHECK(growth.is_silent());
  }
}

TEST_CASE("files that are mapped, locked or read by pread() are in use") {
  Growth growth;
  growth.one_file = true;
  SECTION("mapped") {
    growth.grow(12, [](sw_descriptor& one) { one.signs |= SW_SIGN_MAPPED; });
  }
  SECTION("locked") {
    growth.grow(12, [](sw_descriptor& one) { one.signs |= SW_SIGN_LOCKED; });
  }
  SECTION("pread()") {
    growth.grow(12);
    for (sw_descriptor& one : growth.stage.held) ++one.traffic;
    growth.stage.hold(SW_DESCRIPTOR_FILE, 8);
    growth.stage.wait(1);
  }
  CHECK(growth.is_silent());
}

TEST_CASE("files without a name come without end, named ones do not") {
  Growth growth;
  growth.grow(12, [](sw_descriptor& one) { one.signs |= SW_SIGN_UNLINKED; });
  CHECK(growth.tells_of(24));
}

TEST_CASE("a cache is told when the limit comes near, as what it may be") {
  Growth growth;
  growth.stage.world.facts(100).descriptor_limit = 64;
  growth.grow(12);
  CHECK(growth.is_silent());
  growth.grow(15);
  const auto findings = growth.found();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == Severity::warning);
  CHECK(findings[0].confidence == Confidence::likely);
  CHECK(findings[0].summary.find("a cache that fills up or a leak") != std::string::npos);
  growth.stage.wait(20);  // it is full
  CHECK(growth.is_silent());
}

TEST_CASE("a pipe is forgotten when nobody else has its other end") {
  Growth growth;
  SECTION("the other end is gone") {
    growth.grow_of(SW_DESCRIPTOR_PIPE);
    CHECK(growth.tells_of(24));
  }
  SECTION("both ends are here") {
    growth.grow_of(SW_DESCRIPTOR_PIPE, pair_here);
    CHECK(growth.tells_of(24));
  }
  SECTION("a child that lives has it") {
    growth.grow_of(SW_DESCRIPTOR_PIPE, other_end);
    CHECK(growth.is_silent());
  }
  SECTION("both ends are here and with a child, too") {
    growth.grow_of(SW_DESCRIPTOR_PIPE, [](sw_descriptor& one) {
      pair_here(one);
      shared(one);
    });
    CHECK(growth.is_silent());
  }
  SECTION("it cannot be looked at") {
    growth.grow_of(SW_DESCRIPTOR_PIPE, unreadable);
    CHECK(growth.is_silent());
  }
}

TEST_CASE("a unix socket is forgotten when its peer is gone, or is here and nobody waits") {
  Growth growth;
  SECTION("gone") {
    growth.grow_of(SW_DESCRIPTOR_UNIX);
    CHECK(growth.tells_of(24));
  }
  SECTION("here") {
    growth.grow_of(SW_DESCRIPTOR_UNIX, pair_here);
    CHECK(growth.tells_of(24));
  }
  SECTION("here, and waited for") {
    growth.grow_of(SW_DESCRIPTOR_UNIX, [](sw_descriptor& one) {
      pair_here(one);
      awaited(one);
    });
    CHECK(growth.is_silent());
  }
  SECTION("another process has it") {
    growth.grow_of(SW_DESCRIPTOR_UNIX, other_end);
    CHECK(growth.is_silent());
  }
}

TEST_CASE("UDP sockets that nothing came to are forgotten, those that received are not") {
  Growth growth;
  SECTION("nothing came") {
    growth.grow_of(SW_DESCRIPTOR_SOCKET);
    CHECK(growth.tells_of(24));
  }
  SECTION("received") {
    growth.grow_of(SW_DESCRIPTOR_SOCKET, [](sw_descriptor& one) { one.signs |= SW_SIGN_RECEIVED; });
    CHECK(growth.is_silent());
  }
}

TEST_CASE("what somebody waits on, a timer that runs and an event loop that waited are in use") {
  Growth growth;
  SECTION("eventfd") { growth.grow_of(SW_DESCRIPTOR_EVENTFD, awaited); }
  SECTION("timer") {
    growth.grow_of(SW_DESCRIPTOR_TIMERFD, [](sw_descriptor& one) { one.signs |= SW_SIGN_ARMED; });
  }
  SECTION("epoll, once") {
    growth.grow_of(SW_DESCRIPTOR_EPOLL, awaited);
    for (sw_descriptor& one : growth.stage.held) one.signs = SW_SIGN_READ;
    growth.stage.wait(5);
  }
  CHECK(growth.is_silent());
}

TEST_CASE("eventfds, timers and event loops that nobody waits on pile up") {
  const auto type = GENERATE(SW_DESCRIPTOR_EVENTFD, SW_DESCRIPTOR_TIMERFD, SW_DESCRIPTOR_EPOLL, SW_DESCRIPTOR_SIGNALFD,
                             SW_DESCRIPTOR_INOTIFY, SW_DESCRIPTOR_PIDFD);
  Growth growth;
  growth.grow_of(type);
  CHECK(growth.tells_of(24));
}

TEST_CASE("what no use can be seen of is no leak: maps and programs of BPF, devices") {
  Growth growth;
  growth.grow_of(SW_DESCRIPTOR_OTHER, unreadable);
  CHECK(growth.is_silent());
}

TEST_CASE("two a thread are the thread's, more are not") {
  Growth growth;
  const auto one_more_thread = [&growth](sw_descriptor& one) { one.threads = growth.stage.threads++; };
  SECTION("two") {
    growth.each = 1;
    growth.grow_of(SW_DESCRIPTOR_EVENTFD, one_more_thread);
    CHECK(growth.is_silent());
  }
  SECTION("many") {
    growth.stage.threads = 30;  // they were there before
    growth.grow_of(SW_DESCRIPTOR_EVENTFD);
    CHECK(growth.tells_of(24));
  }
}

TEST_CASE("what a process has from its parent is not its own") {
  PoolStage stage;
  for (int i = 0; i < 5; ++i) {
    stage.hold(SW_DESCRIPTOR_EVENTFD, 1);
    if (i < 3) stage.held.back().references = 2;
  }
  stage.hold(SW_DESCRIPTOR_EVENTFD, 1);
  stage.wait(6);
  const auto growths = stage.descriptors.growths(100, 4s);
  REQUIRE(growths.size() == 1);
  CHECK(growths[0].all.files.size() == 3);
}

TEST_CASE("a socket that lost its connection is told as what it is") {
  PoolStage stage;
  for (int i = 0; i < 6; ++i) {
    for (int n = 0; n < 3; ++n) {
      stage.hold(SW_DESCRIPTOR_SOCKET, stage.last_file, 7);
      if (n > 0) stage.held.back().signs |= SW_SIGN_CONNECTED;
    }
    stage.wait(1);
  }
  stage.wait(6);
  const auto findings = stage.ask(connection_leak);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].count == 18);
  CHECK(findings[0].summary.find("12 lost their connection") != std::string::npos);
  CHECK(findings[0].summary.find("6 were never connected") != std::string::npos);
}
