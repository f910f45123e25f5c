// What the web port does for, and to, clients that mean no good.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "agent/publish/basic_auth.h"
#include "agent/publish/host_check.h"
#include "agent/publish/open_connections.h"
#include "agent/publish/password_checks.h"
#include "agent/publish/percent.h"
#include "tests/unit/publish/model_builder.h"
#include "tests/unit/publish/web_fixture.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

// bcrypt of "right" at cost 4, and of nothing that is known at costs 8 and 12
constexpr const char* hash_of_right = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";
constexpr const char* slow_hash = "$2b$08$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";
constexpr const char* costly_hash = "$2b$12$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";

std::string decoded(std::string text) {
  text.resize(percent_decode(text.data()));
  return text;
}

std::chrono::nanoseconds thread_time(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto begin = now();
  work();
  return now() - begin;
}

}  // namespace

TEST_CASE("what is percent-encoded is decoded, and a NUL never ends a path early") {
  CHECK(decoded("/a%20b%2fc") == "/a b/c");
  CHECK(decoded("/metrics%00") == "/metrics%00");
  CHECK(decoded("%") == "%");
  CHECK(decoded("%4") == "%4");
  CHECK(decoded("%zz%41") == "%zzA");
  const RunningServer web;
  CHECK(contains(web.get("/metrics%00"), "404 "));
  CHECK(contains(web.get("/metrics%00x"), "404 "));
  CHECK(contains(web.get("/%6detrics"), "200 OK"));
}

TEST_CASE("a name in Host is read without port, brackets and the last dot") {
  CHECK(name_in_host("LocalHost:10180") == "localhost");
  CHECK(name_in_host("[::1]:10180") == "::1");
  CHECK(name_in_host("::1") == "::1");
  CHECK(name_in_host("example.com.") == "example.com");
  CHECK(name_in_host(":80").empty());
  CHECK(name_in_host("[").empty());
}

TEST_CASE("over loopback only this host's own names and what is allowed are answered") {
  const HostCheck check({"127.0.0.1:10180", "watch.local:10180"}, {"*.example.com"});
  for (const auto* name : {"localhost:1", "127.0.0.1", "127.9.9.9", "[::1]:10180", "watch.local", "a.example.com", ""})
    CHECK(check.allows(name, "127.0.0.1"));
  for (const auto* name : {"evil.com", "evil.com:10180", "127.0.0.1.evil.com", "192.0.2.1", "example.com", ":1", "["})
    CHECK_FALSE(check.allows(name, "127.0.0.1"));
}

TEST_CASE("over other addresses every name is answered, until some are configured") {
  CHECK(HostCheck({"0.0.0.0:1"}, {}).allows("node-7.prod", "10.0.0.7"));
  const HostCheck check({"0.0.0.0:1"}, {"node-7.prod"});
  CHECK(check.allows("node-7.prod:10180", "10.0.0.7"));
  CHECK(check.allows("10.0.0.7:10180", "10.0.0.7"));
  CHECK_FALSE(check.allows("evil.com", "10.0.0.7"));
  CHECK(HostCheck({}, {"*"}).allows("evil.com", "127.0.0.1"));
}

TEST_CASE("another's name that points here gets nothing, and its connection is closed") {
  const RunningServer web;
  for (const auto* path : {"/", "/metrics", "/api/v1/findings", "/-/healthy"}) {
    const auto answer = web.get(path, "-H 'Host: evil.example'");
    CHECK(contains(answer, "421 "));
    CHECK(contains(answer, "Connection: close"));
  }
  CHECK(contains(web.get("/-/healthy", "-H 'Host: localhost'"), "200 OK"));
}

TEST_CASE("a name that is not known takes as long as one that is, and a cheap hash as a costly one") {
  BasicAuth auth(std::map<std::string, std::string>{{"ann", hash_of_right}, {"bob", costly_hash}});
  const auto time_of = [&](const char* user) { return thread_time([&] { CHECK_FALSE(auth.allows(user, "wrong")); }); };
  const auto ann = time_of("ann"), bob = time_of("bob"), nobody = time_of("nobody");
  // Cost 12 is 256 times the work of cost 4: what is not made equal differs by far more than a half.
  CHECK(ann > bob / 2);
  CHECK(nobody > bob / 2);
  CHECK(bob > ann / 2);
}

TEST_CASE("those who were wrong wait behind those who were not, and too many are told so") {
  const auto auth = std::make_shared<BasicAuth>(std::map<std::string, std::string>{{"bob", slow_hash}});
  PasswordChecks checks;
  std::mutex mutex;
  std::vector<int> order;
  int busy = 0;
  const auto submit = [&](int number, unsigned wrong_before) {
    checks.submit({&checks, auth, "bob", "guess", wrong_before, [&, number](Verdict verdict) {
                     const std::lock_guard lock(mutex);
                     if (verdict == Verdict::busy)
                       ++busy;
                     else
                       order.push_back(number);
                   }});
  };
  const auto answered = [&] {
    const std::lock_guard lock(mutex);
    return order.size();
  };
  for (int number = 0; number < 60; ++number) submit(number, 5);
  submit(1000, 0);
  CHECK(soon([&] { return answered() >= 2; }));
  {
    const std::lock_guard lock(mutex);
    CHECK(std::find(order.begin(), order.end(), 1000) - order.begin() <= 2);
    CHECK(busy >= 61 - 2 - static_cast<int>(PasswordChecks::most_waiting) - 1);
  }
  checks.forget(&checks);
  const std::lock_guard lock(mutex);
  CHECK(order.size() + static_cast<std::size_t>(busy) == 61);
}

TEST_CASE("while others guess, who was let in before is let in at once, and a newcomer is not far behind") {
  const Folder folder;
  const RunningServer web(folder.write(
      "web.yml", std::string("basic_auth_users:\n  ann: ") + hash_of_right + "\n  bob: " + costly_hash + "\n"));
  CHECK(contains(web.get("/-/healthy", "-u ann:right"), "200 OK"));
  std::atomic<bool> over{false};
  std::vector<std::thread> guessers;
  for (int number = 0; number < 8; ++number)
    guessers.emplace_back([&, number] {
      for (int guess = 0; !over; ++guess)
        (void)web.get("/", "-u bob:" + std::to_string(number) + "-" + std::to_string(guess));
    });
  for (int request = 0; request < 5; ++request) {
    CHECK(contains(web.get("/-/healthy", "-u ann:right --max-time 1"), "200 OK"));
    CHECK(contains(web.get("/-/healthy", "--max-time 1"), "401 "));
  }
  over = true;
  for (auto& guesser : guessers) guesser.join();
}

TEST_CASE("a client that has closed its side is gone a few seconds later") {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener, 1) == 0);
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(connect(client, reinterpret_cast<sockaddr*>(&address), size) == 0);
  const int accepted = accept(listener, nullptr, nullptr);

  OpenConnections connections(10);
  const auto ticket = connections.started(accepted);
  const OpenConnections::Time begin{};
  connections.sweep(begin);
  connections.sweep(begin + OpenConnections::longest_half_closed);
  CHECK_FALSE(ticket->evicted);
  shutdown(client, SHUT_WR);
  char byte = 0;
  CHECK(recv(accepted, &byte, 1, 0) == 0);
  connections.sweep(begin + std::chrono::seconds(10));
  CHECK_FALSE(ticket->evicted);
  connections.sweep(begin + std::chrono::seconds(10) + OpenConnections::longest_half_closed);
  CHECK(ticket->evicted);
  for (const int each : {listener, client, accepted}) close(each);
}

TEST_CASE("an answer that is not taken, and answers that are too much together, end") {
  OpenConnections connections(10);
  const OpenConnections::Time begin{};
  const auto slow = connections.started(-1);
  connections.answering(slow, 1, begin);
  connections.sweep(begin + OpenConnections::longest_answer);
  CHECK(slow->evicted);
  const auto first = connections.started(-1), second = connections.started(-1);
  connections.answering(first, OpenConnections::most_answer_bytes / 2 + 1, begin);
  CHECK_FALSE(first->evicted);
  connections.answering(second, OpenConnections::most_answer_bytes / 2 + 1, begin);
  CHECK(first->evicted);
  CHECK_FALSE(second->evicted);
  for (const auto ticket : {slow, first, second}) connections.ended(ticket);
  CHECK(connections.empty());
}

TEST_CASE("a clock that is set back makes no uptime negative") {
  RunningServer web;
  Published published;
  published.model.wall = WallTime(std::chrono::seconds(1'000'000'000));
  published.started = WallTime(std::chrono::seconds(1'790'000'000));
  published.began = std::chrono::steady_clock::now() - std::chrono::seconds(30);
  web.snapshot->publish(std::move(published));
  const auto status = nlohmann::json::parse(body_of(web.get("/api/v1/status")));
  CHECK(status["data"]["uptime_seconds"].get<double>() >= 30);
}
