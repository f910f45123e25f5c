#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/evidence/waiting_process.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

/// A forked child that runs `wait` on a connection to a silent peer.
struct Waiting {
  SilentPeer peer;
  int fd = connect_to(peer.port());
  ChildProcess child;
  Question question;

  explicit Waiting(const std::function<void(int)>& wait) : child([&] { wait(fd); }) {
    std::optional<Question> asked;  // a descriptor that is duplicated just now may show under neither number
    REQUIRE(eventually([&] { return (asked = question_about(child.pid(), peer.port())).has_value(); }));
    question = *asked;
    question.fd = fd;
    ::close(fd);
  }
};

void receive(int fd) {
  char byte = 0;
  (void)!::recv(fd, &byte, 1, 0);
}

}  // namespace

TEST_CASE("a blocking receive without a timeout is proven, in words a person understands") {
  const Waiting waiting(receive);
  const auto evidence = await(waiting.question, Verdict::infinite);
  CHECK(evidence.verdict == Verdict::infinite);
  const auto pid = std::to_string(waiting.child.pid());
  CHECK(evidence.sentence ==
        "thread " + pid + " is blocked in recvfrom on fd " + std::to_string(waiting.fd) + ", SO_RCVTIMEO unset");
  CHECK(std::get<std::string>(evidence.facts.at("blocked_in")) == "recvfrom");
  CHECK(evidence.facts.at("so_rcvtimeo_seconds") == EvidenceValue(nullptr));
  CHECK(evidence.notes.empty());
}

TEST_CASE("keep-alive is told and does not clear the finding") {
  Waiting waiting(receive);
  waiting.question.keep_alive = true;
  waiting.question.user_timeout = std::chrono::seconds(30);
  const auto evidence = await(waiting.question, Verdict::infinite);
  CHECK(evidence.verdict == Verdict::infinite);
  CHECK(evidence.notes.size() == 2);
}

TEST_CASE("SO_RCVTIMEO is a timeout, until it has passed without ending the wait") {
  Waiting waiting([](int fd) {
    const timeval limit{600, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    receive(fd);
  });
  waiting.question.receive_timeout = std::chrono::seconds(600);
  auto evidence = await(waiting.question, Verdict::finite);
  CHECK(evidence.verdict == Verdict::finite);
  CHECK(evidence.timeout == std::chrono::seconds(600));
  CHECK(evidence.sentence.ends_with("SO_RCVTIMEO 600 s"));
  waiting.question.waited = std::chrono::seconds(1000);
  CHECK(answer(waiting.question).verdict == Verdict::timer_pending);
}

TEST_CASE("a blocked send asks for the other timeout") {
  Waiting waiting([](int fd) {
    const std::string much(1 << 20, 'x');
    while (::send(fd, much.data(), much.size(), 0) > 0) {
    }
  });
  waiting.question.direction = WaitDirection::send;
  CHECK(await(waiting.question, Verdict::infinite).sentence.ends_with("SO_SNDTIMEO unset"));
  waiting.question.send_timeout = std::chrono::seconds(100);
  CHECK(await(waiting.question, Verdict::finite).timeout == std::chrono::seconds(100));
}

TEST_CASE("without permission nothing is claimed, and the reason is told") {
  if (::getuid() != 0) {
    WARN("SKIPPED: needs a user to give up being root");
    return;
  }
  const Waiting waiting(receive);
  CHECK(await(waiting.question, Verdict::infinite).verdict == Verdict::infinite);
  const pid_t asker = ::fork();
  if (asker == 0) {
    const bool dropped = ::setgid(65534) == 0 && ::setuid(65534) == 0;
    const auto evidence = EvidenceReader().answer({waiting.question}).front();
    const bool told =
        evidence.verdict == Verdict::unknown && evidence.sentence.find("CAP_SYS_PTRACE") != std::string::npos;
    ::_exit(dropped && told ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(asker, &status, 0) == asker);
  CHECK(status == 0);
}

TEST_CASE("a read of a duplicate under another number is the same connection") {
  const Waiting waiting([](int fd) {
    const int other = ::fcntl(fd, F_DUPFD, 100);
    ::close(fd);
    char byte = 0;
    (void)!::read(other, &byte, 1);
  });
  CHECK(await(waiting.question, Verdict::infinite).facts.at("fd") == EvidenceValue(std::int64_t{100}));
}

TEST_CASE("a thread that waits for something else proves nothing") {
  const Waiting waiting([](int) {
    int ends[2];
    (void)!::pipe(ends);
    char byte = 0;
    (void)!::read(ends[0], &byte, 1);
  });
  const auto evidence = answer(waiting.question);
  CHECK(evidence.verdict == Verdict::unknown);
  CHECK(evidence.sentence.find("no thread of process") == 0);
}

TEST_CASE("poll and select without a timeout are proven, with one they are finite") {
  for (const int milliseconds : {-1, 30000}) {
    const auto expected = milliseconds < 0 ? Verdict::infinite : Verdict::finite;
    const Waiting polling([milliseconds](int fd) {
      pollfd set{fd, POLLIN, 0};
      ::poll(&set, 1, milliseconds);
    });
    auto evidence = await(polling.question, expected);
    CHECK(evidence.verdict == expected);
    CHECK(evidence.facts.at("poll_timeout_seconds") ==
          (milliseconds < 0 ? EvidenceValue(nullptr) : EvidenceValue(30.0)));
    const Waiting selecting([milliseconds](int fd) {
      fd_set set;
      FD_ZERO(&set);
      FD_SET(fd, &set);
      timeval limit{milliseconds / 1000, 0};
      ::select(fd + 1, &set, nullptr, nullptr, milliseconds < 0 ? nullptr : &limit);
    });
    CHECK(await(selecting.question, expected).verdict == expected);
  }
}

TEST_CASE("a poll that wakes now and then and goes on waiting is not proven, and no timeout either") {
  Waiting waiting([](int fd) {
    for (;;) {
      pollfd set{fd, POLLIN, 0};
      ::poll(&set, 1, 1000);
    }
  });
  waiting.question.waited = std::chrono::seconds(10);
  const auto evidence = await(waiting.question, Verdict::timer_pending);
  CHECK(evidence.verdict == Verdict::timer_pending);
  CHECK(evidence.sentence.find("passed without ending") != std::string::npos);
}

TEST_CASE("a poll of many descriptors is proven only while no timer is pending") {
  const auto poll_with_timer = [](bool armed) {
    return [armed](int fd) {
      const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
      const itimerspec limit{{0, 0}, {600, 0}};
      if (armed) ::timerfd_settime(timer, 0, &limit, nullptr);
      pollfd set[] = {{fd, POLLIN, 0}, {timer, POLLIN, 0}};
      ::poll(set, 2, -1);
    };
  };
  const Waiting silent(poll_with_timer(false)), armed(poll_with_timer(true));
  CHECK(await(silent.question, Verdict::infinite).verdict == Verdict::infinite);
  CHECK(comes_to_say(armed.question, "is armed"));
}

TEST_CASE("an event loop is proven without a timer, and not with one") {
  const auto loop = [](int milliseconds, bool timer_armed, bool nested) {
    return [=](int fd) {
      const int inner = ::epoll_create1(0), outer = ::epoll_create1(0), timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
      epoll_event event{};
      event.events = EPOLLIN;
      ::epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event);
      const itimerspec limit{{0, 0}, {600, 0}};
      if (timer_armed) ::timerfd_settime(timer, 0, &limit, nullptr);
      ::epoll_ctl(inner, EPOLL_CTL_ADD, timer, &event);
      if (nested) ::epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event);
      ::epoll_wait(nested ? outer : inner, &event, 1, milliseconds);
    };
  };
  const Waiting endless(loop(-1, false, false));
  CHECK(await(endless.question, Verdict::infinite).verdict == Verdict::infinite);
  const Waiting nested(loop(-1, false, true));
  CHECK(await(nested.question, Verdict::infinite).verdict == Verdict::infinite);
  const Waiting limited(loop(600000, false, false));
  CHECK(await(limited.question, Verdict::timer_pending).verdict == Verdict::timer_pending);
  const Waiting timer(loop(-1, true, false));
  CHECK(comes_to_say(timer.question, "timerfd"));
  const Waiting nested_timer(loop(-1, true, true));
  CHECK(comes_to_say(nested_timer.question, "timerfd"));
}

TEST_CASE("a second thread that sleeps or runs keeps an event loop from being proven") {
  const auto loop_beside = [](const std::function<void()>& other) {
    return [=](int fd) {
      std::thread(other).detach();
      const int loop = ::epoll_create1(0);
      epoll_event event{};
      ::epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
      ::epoll_wait(loop, &event, 1, -1);
    };
  };
  const Waiting parked(loop_beside([] { ::pause(); }));
  CHECK(await(parked.question, Verdict::infinite).verdict == Verdict::infinite);
  const Waiting sleeping(loop_beside([] { std::this_thread::sleep_for(std::chrono::hours(1)); }));
  CHECK(comes_to_say(sleeping.question, "sleeps in"));
  const Waiting busy(loop_beside([] {
    while (::getpid() != 0) {
    }
  }));
  CHECK(await(busy.question, Verdict::timer_pending).verdict == Verdict::timer_pending);
}

TEST_CASE("an alarm that may be set keeps an event loop from being proven") {
  const Waiting waiting([](int fd) {
    ::signal(SIGALRM, [](int) {});
    ::alarm(600);
    const int loop = ::epoll_create1(0);
    epoll_event event{};
    ::epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
    ::epoll_wait(loop, &event, 1, -1);
  });
  CHECK(comes_to_say(waiting.question, "SIGALRM"));
  CHECK(answer(waiting.question).hidden_limit);
}

TEST_CASE("an alarm that may be set keeps a blocking receive from being proven, too") {
  const Waiting waiting([](int fd) {
    ::signal(SIGALRM, [](int) {});
    ::alarm(600);
    receive(fd);
  });
  CHECK(comes_to_say(waiting.question, "SIGALRM"));
  CHECK(answer(waiting.question).hidden_limit);
}

TEST_CASE("a POSIX timer keeps a blocking receive from being proven") {
  const Waiting waiting([](int fd) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    timer_t timer{};
    ::timer_create(CLOCK_MONOTONIC, &event, &timer);
    receive(fd);
  });
  CHECK(comes_to_say(waiting.question, "POSIX timer"));
}

TEST_CASE("a connection that a child inherited is looked for in the child") {
  const Waiting waiting([](int fd) {
    const pid_t parent = ::getpid();
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() == parent) receive(fd);
      ::_exit(0);
    }
  });
  const auto evidence = await(waiting.question, Verdict::infinite);
  CHECK(evidence.verdict == Verdict::infinite);
  CHECK(evidence.facts.contains("held_by_pid"));
}

TEST_CASE("a pid that is used again, or gone, is no evidence") {
  Waiting waiting(receive);
  CHECK(await(waiting.question, Verdict::infinite).verdict == Verdict::infinite);
  waiting.question.start_ticks = 1;
  CHECK(answer(waiting.question).verdict == Verdict::unknown);
  waiting.question.start_ticks = 0;
  waiting.child.end();
  const auto evidence = answer(waiting.question);
  CHECK(evidence.verdict == Verdict::unknown);
  CHECK(evidence.sentence.find("is gone") != std::string::npos);
}

TEST_CASE("a process with thousands of threads is looked at up to a limit, which is told") {
  const Waiting waiting([](int fd) {
    for (int count = 0; count < 5000; ++count) {
      try {
        std::thread([] { ::pause(); }).detach();
      } catch (const std::system_error&) {
        break;
      }
    }
    const int loop = ::epoll_create1(0);
    epoll_event event{};
    ::epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
    ::epoll_wait(loop, &event, 1, -1);
  });
  Evidence evidence;
  const bool told = eventually([&] {
    evidence = answer(waiting.question);
    return evidence.sentence.find("looked at") != std::string::npos;
  });
  INFO(evidence.sentence);
  CHECK(told);
  CHECK(evidence.verdict == Verdict::timer_pending);
}

TEST_CASE("many connections of one process are answered together") {
  const SilentPeer peer;
  const ChildProcess child([&] {
    const int loop = ::epoll_create1(0);
    epoll_event event{};
    for (int count = 0; count < 50; ++count) ::epoll_ctl(loop, EPOLL_CTL_ADD, connect_to(peer.port()), &event);
    ::epoll_wait(loop, &event, 1, -1);
  });
  EvidenceReader reader;
  CHECK(eventually([&] {
    std::vector<Question> questions;
    for (const auto& row : sockets_of(child.pid())) {
      if (row.remote_port != peer.port()) continue;
      Question question;
      question.connection = row.inode;
      question.pid = child.pid();
      question.fd = row.fd;
      question.inode = row.inode;
      questions.push_back(question);
    }
    const auto answers = reader.answer(questions);
    return answers.size() == 50 && std::all_of(answers.begin(), answers.end(), [](const Evidence& evidence) {
             return evidence.verdict == Verdict::infinite && evidence.connection != 0;
           });
  }));
}
