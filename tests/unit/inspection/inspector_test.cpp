#include "agent/inspection/inspector.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "agent/inspection/testimony.h"
#include "agent/inspection/wait_feed.h"
#include "agent/reader/local_reader.h"
#include "tests/unit/evidence/waiting_process.h"
#include "tests/unit/model/world.h"

namespace sockwarden {
namespace {

using namespace std::chrono_literals;
using testing::second_ns;
using testing::World;

const sw_address peer = testing::v4(10, 0, 0, 7, 8080);

Config development() {
  Config config;
  config.profile = Profile::development;
  return with_profile(config);
}

/// A listener whose queue is full needs nobody's /proc.
std::uint64_t full_listener(World& world, std::uint32_t serial) {
  const auto id = world.open(serial, SW_ROLE_LISTENER, testing::v4(10, 0, 0, 1, 80), {});
  world.connection(id).socket.accept_queue = 3;
  world.connection(id).socket.accept_queue_limit = 2;
  return id;
}

struct Watch {
  World world;
  Model model;
  LocalReader reader;
  Inspector inspector{reader};
  Config config = development();

  Inspection look() {
    world.now_ns += second_ns;
    inspector.hear();
    const Sample sample = world.scan();
    model = Model::next(sample, model, {});
    return inspector.inspect(model, sample, config);
  }
};

WaitKey header_key() { return {.process = {"orders", "", ""}, .endpoint = "10.0.0.7:8080", .phase = "header"}; }

/// A client that sent its request now.
std::uint64_t ask(World& world, std::uint32_t serial) {
  return world.open_as("http_client_waiting", serial, testing::v4(10, 0, 0, 1, 40000), peer, world.now_ns);
}

}  // namespace

TEST_CASE("a finding comes, stays one, and is resolved when its cause is gone") {
  Watch watch;
  const auto id = full_listener(watch.world, watch.world.start(42, "orders"));
  Inspection last;
  for (int i = 0; i < 5; ++i) last = watch.look();
  REQUIRE(last.findings.size() == 1);
  CHECK(last.findings[0].active);
  CHECK(last.findings[0].finding.class_name == "listen-overflow");
  watch.world.connection(id).socket.accept_queue = 0;
  for (int i = 0; i < 10; ++i) last = watch.look();
  REQUIRE(last.findings.size() == 1);
  CHECK_FALSE(last.findings[0].active);
}

TEST_CASE("thresholds of an endpoint override those of the profile") {
  Watch watch;
  ThresholdOverride patient;
  patient.match.comm = "ord*";
  patient.endpoint = "10.0.0.1:80";
  patient.wait = 60s;
  watch.config.overrides.push_back(patient);
  full_listener(watch.world, watch.world.start(42, "orders"));
  Inspection last;
  for (int i = 0; i < 20; ++i) last = watch.look();
  CHECK(last.findings.empty());
  watch.config.overrides.clear();
  CHECK(watch.look().findings.size() == 1);
}

TEST_CASE("a muted finding is one all the same, says why it is muted, and calls again when the mute runs out") {
  Watch watch;
  Mute mute{.class_name = "listen-overflow", .match = {}, .endpoint = "10.0.0.1:80", .until = {}, .reason = "known"};
  mute.match.comm = "ord*";
  watch.config.findings.mute = {mute};
  full_listener(watch.world, watch.world.start(42, "orders"));
  full_listener(watch.world, watch.world.start(43, "billing"));
  Inspection last;
  for (int i = 0; i < 5; ++i) last = watch.look();
  REQUIRE(last.findings.size() == 2);
  for (const LedgerEntry& entry : last.findings) {
    const bool is_orders = entry.process.identity.comm == "orders";
    CHECK(entry.active);
    CHECK(entry.muted.has_value() == is_orders);
    CHECK(entry.calls() == !is_orders);
    if (is_orders) CHECK(entry.muted->reason == "known");
  }
  watch.config.findings.mute[0].until = watch.model.wall;
  last = watch.look();
  for (const LedgerEntry& entry : last.findings) CHECK(entry.calls());
}

TEST_CASE("a program that gives up twice after the same time has an effective timeout") {
  Watch watch;
  const auto serial = watch.world.start(42, "orders");
  Inspection last;
  for (int attempt = 0; attempt < 2; ++attempt) {
    CHECK(last.timeouts.empty());
    const auto id = ask(watch.world, serial);
    watch.look();
    watch.world.now_ns += 24 * second_ns;
    watch.world.close(id);
    last = watch.look();
  }
  REQUIRE(last.timeouts.size() == 1);
  CHECK(last.timeouts[0].phase == "header");
  CHECK(last.timeouts[0].endpoint == "10.0.0.7:8080");
  CHECK(std::chrono::round<std::chrono::seconds>(last.timeouts[0].timeout) == 25s);
}

TEST_CASE("connections that a program's exit or its peer closed show no timeout") {
  for (const auto& [closed_by, close_reason] :
       {std::pair(SW_CLOSED_BY_OWN, SW_CLOSE_REASON_EXIT), {SW_CLOSED_BY_PEER, SW_CLOSE_REASON_FIN}}) {
    Watch watch;
    const auto serial = watch.world.start(42, "orders");
    Inspection last;
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto id = ask(watch.world, serial);
      watch.world.now_ns += 25 * second_ns;
      watch.world.close(id, closed_by, close_reason);
      last = watch.look();
    }
    CHECK(last.timeouts.empty());
  }
}

TEST_CASE("a limit that showed once is remembered for as long as it may last") {
  const test::SilentPeer silent;
  const test::ChildProcess child([&] {
    const int loop = ::epoll_create1(0);
    epoll_event event{};
    ::epoll_ctl(loop, EPOLL_CTL_ADD, test::connect_to(silent.port()), &event);
    ::epoll_wait(loop, &event, 1, 20'000);
    ::epoll_wait(loop, &event, 1, 1000);
  });
  std::optional<Question> question;
  REQUIRE(test::eventually([&] {
    question = test::question_about(child.pid(), silent.port());
    return question && test::answer(*question).shown_timeout == std::optional<std::chrono::nanoseconds>(20s);
  }));
  World world;
  LocalReader reader;
  Testimony testimony(reader);
  const auto ask_after = [&](std::chrono::seconds waited) {
    Model model = world.next();
    model.time = Instant(1000s) + waited;
    question->waited = waited;
    testimony.hear();
    const Answers answers = testimony.answers_to({*question}, model);
    return answers.empty() ? 0ns : answers.begin()->second.may_last;
  };
  CHECK(ask_after(4s) == 0ns);  // it does not count yet
  CHECK(ask_after(5s) == 24s);
  CHECK(ask_after(6s) == 25s);
  CHECK(ask_after(60s) == 26s);
  CHECK(ask_after(61s) == 26s);  // it has outlived what shows now
}

TEST_CASE("answers are counted once, with what each took") {
  World world;
  WaitFeed feed;
  WaitHistory history;
  const auto id = ask(world, world.start(42, "orders"));
  Model model = world.next();
  feed.update(model, history);
  CHECK(history.answers(header_key()) == 0);
  world.exchange(id, 4);
  auto& record = world.connection(id).record;
  record.first_byte_count = 4;
  record.first_byte_sum_ns = 4 * 50'000'000;
  for (int i = 0; i < 3; ++i) {
    model = world.next(model);
    feed.update(model, history);
  }
  CHECK(history.answers(header_key()) == 4);
  REQUIRE(history.typical(header_key()));
  CHECK(*history.typical(header_key()) < 61ms);
}

}  // namespace sockwarden
