// What a process does that has taken a request and owes its answer: forked children, whose first thread took it.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include "tests/unit/evidence/waiting_process.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

/// The question about a request that this child has had for ten seconds.
Question held_by(const ChildProcess& child) {
  Question question;
  question.pid = question.worker = child.pid();
  question.direction = WaitDirection::work;
  question.waited = std::chrono::seconds(10);
  return question;
}

Evidence ask(const std::function<void()>& work, Verdict expected) {
  const ChildProcess child(work);
  return await(held_by(child), expected);
}

void park() {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable().wait(lock);
}

void park_beside(const std::function<void()>& other) {
  std::thread(other).detach();
  park();
}

void sleep_in_a_loop() {
  for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

/// One thread reads, the other is parked.
std::function<void()> park_beside_reader(int fd) {
  return [fd] {
    park_beside([fd] {
      char byte = 0;
      (void)!::read(fd, &byte, 1);
    });
  };
}

}  // namespace

TEST_CASE("a worker that is parked while all others rest is proven to stand still") {
  CHECK(ask(park, Verdict::infinite).verdict == Verdict::infinite);
  CHECK(ask([] { park_beside([] { ::pause(); }); }, Verdict::infinite).verdict == Verdict::infinite);
}

TEST_CASE("an alarm that may be set ends what a worker waits for") {
  const ChildProcess child([] {
    ::signal(SIGALRM, [](int) {});
    ::alarm(600);
    park();
  });
  CHECK(comes_to_say(held_by(child), "SIGALRM"));
  const Evidence evidence = answer(held_by(child));
  CHECK(evidence.verdict == Verdict::timer_pending);
  CHECK(evidence.hidden_limit);
}

TEST_CASE("a thread that sleeps in a loop neither convicts nor clears") {
  const ChildProcess child([] { park_beside(sleep_in_a_loop); });
  Evidence evidence;
  REQUIRE(eventually([&] {  // its threads have come to their rest
    evidence = answer(held_by(child));
    return evidence.sentence.find("sleeps") != std::string::npos;
  }));
  CHECK(evidence.verdict == Verdict::timer_pending);
  CHECK(evidence.hidden_limit);
  CHECK_FALSE(evidence.working);
}

TEST_CASE("a mutex whose holder has ended is never given back, though another thread sleeps in a loop") {
  const auto evidence = ask(
      [] {
        static std::mutex mutex;
        std::thread([] { mutex.lock(); }).join();
        std::thread(sleep_in_a_loop).detach();
        mutex.lock();
      },
      Verdict::infinite);
  CHECK(evidence.verdict == Verdict::infinite);
  CHECK(evidence.in_lock);
}

TEST_CASE("two threads that wait for each other's mutex stand still, though another one sleeps in a loop") {
  const auto evidence = ask(
      [] {
        static std::mutex first, second;
        first.lock();
        std::thread([] {
          second.lock();
          first.lock();
        }).detach();
        std::thread(sleep_in_a_loop).detach();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        second.lock();
      },
      Verdict::infinite);
  CHECK(evidence.verdict == Verdict::infinite);
}

TEST_CASE("a mutex whose holder sleeps, or waits for its turn, may be given back") {
  const auto held_while = [](const std::function<void()>& work) {
    return [work] {
      static std::mutex mutex;
      std::thread([work] {
        mutex.lock();
        work();
      }).detach();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      mutex.lock();
    };
  };
  const ChildProcess sleeper(held_while(sleep_in_a_loop));
  CHECK(comes_to_say(held_by(sleeper), "holds, which may go on"));
  CHECK(answer(held_by(sleeper)).verdict == Verdict::timer_pending);
  // A condition: whoever sleeps beside it may be who tells.
  const ChildProcess waiter(held_while([] { park_beside(sleep_in_a_loop); }));
  CHECK(comes_to_say(held_by(waiter), "sleeps"));
  CHECK(answer(held_by(waiter)).verdict == Verdict::timer_pending);
}

TEST_CASE("a worker parked with a limit that it has outlived is nobody's work") {
  const ChildProcess child([] {
    std::mutex mutex;
    std::condition_variable nobody_tells;
    std::unique_lock lock(mutex);
    for (;;) nobody_tells.wait_for(lock, std::chrono::seconds(1));
  });
  CHECK(comes_to_say(held_by(child), "parked in futex with a time limit"));
  CHECK(eventually([&] {
    const Evidence evidence = answer(held_by(child));
    return evidence.verdict == Verdict::timer_pending && !evidence.hidden_limit;
  }));
}

TEST_CASE("a process that waits for another one's pipe or unix socket may be answered by it") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  {
    const ChildProcess child([&] {
      ::close(ends[1]);
      park_beside_reader(ends[0])();
    });
    CHECK(comes_to_say(held_by(child), "also waits for a pipe"));
    CHECK(answer(held_by(child)).hidden_limit);
  }
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  const ChildProcess child([&] {
    ::close(sockets[1]);
    park_beside_reader(sockets[0])();
  });
  CHECK(comes_to_say(held_by(child), "also waits for a unix socket"));
  for (const int fd : {ends[0], ends[1], sockets[0], sockets[1]}) ::close(fd);
}

TEST_CASE("how a process wakes its own threads is nothing that it waits for of others") {
  const auto own_pipe = [] {
    int ends[2];
    (void)!::pipe2(ends, O_CLOEXEC);
    park_beside_reader(ends[0])();
  };
  CHECK(ask(own_pipe, Verdict::infinite).verdict == Verdict::infinite);
  const auto own_pair = [] {
    int ends[2];
    (void)!::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    park_beside_reader(ends[0])();
  };
  CHECK(ask(own_pair, Verdict::infinite).verdict == Verdict::infinite);
}

TEST_CASE("a child that was started since the request came may work on it, an older one does not") {
  const ChildProcess child([] {
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) ::pause();
    }
    park();
  });
  CHECK(comes_to_say(held_by(child), "started child"));
  Question later = held_by(child);
  REQUIRE(eventually([&] {
    later.waited = std::chrono::milliseconds(1);
    return answer(later).verdict == Verdict::infinite;
  }));
}
