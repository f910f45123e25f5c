#include <catch2/catch.hpp>

#include "agent/detect/bind_history.h"
#include "agent/detect/detectors.h"
#include "tests/unit/detect/conforming.h"
#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

constexpr std::uint16_t port = 8080;

/// A server that is stopped and started again, scanned now and then.
struct Restart {
  World world;
  Model model;
  BindHistory binds;
  std::vector<RefusedBindSample> refused;
  std::uint32_t serial = world.start(100, "orders");

  void scan() {
    world.now_ns += second_ns;
    Sample sample = world.scan();
    sample.refused_binds = refused;
    model = Model::next(sample, model, {});
    binds.update(sample, model);
  }
  std::uint64_t listen(std::uint32_t process, std::uint16_t at) {
    return world.open(process, SW_ROLE_LISTENER, v4(0, 0, 0, 0, at), {});
  }
  void serve_and_close(sw_closed_by closed_by) {
    const auto id = world.open(serial, SW_ROLE_SERVER, v4(10, 0, 0, 1, port), v4(10, 0, 0, 2, 40000));
    world.exchange(id);
    world.close(id, closed_by);
  }
  void stop() { world.exit(serial); }
  void start_and_fail(const std::string& comm = "orders", std::uint16_t at = port) {
    RefusedBindSample one;
    one.key.process = world.start(200, comm);
    one.key.local = v4(0, 0, 0, 0, at);
    one.refused = {1, world.now_ns};
    refused.push_back(one);
  }
  std::vector<Finding> ask() const {
    static const Pools pools;
    static const WaitHistory waits;
    static const QueueHistory queues;
    DetectionContext context{model, pools, waits, queues,
                             [](const Process&, const std::string&) { return Thresholds{.leak = 4s}; }};
    context.binds = &binds;
    return conforming(socket_option(context).findings, socket_option);
  }
};

}  // namespace

TEST_CASE("a restart that its own TIME_WAIT refuses lacks SO_REUSEADDR, until it is over") {
  Restart restart;
  restart.serve_and_close(SW_CLOSED_BY_OWN);
  restart.scan();
  restart.stop();
  restart.start_and_fail();
  restart.scan();
  const auto findings = restart.ask();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].qualifier == "SO_REUSEADDR");
  CHECK(findings[0].count == 1);
  CHECK(findings[0].local == "0.0.0.0:8080");
  restart.scan();
  CHECK(restart.ask().size() == 1);  // the same one
  CHECK(restart.ask()[0].count == 1);
  for (int i = 0; i < 13; ++i) restart.scan();
  CHECK(restart.ask().empty());
}

TEST_CASE("a bind that fails for another reason says nothing of SO_REUSEADDR") {
  Restart restart;
  SECTION("nothing was left on the port") {}
  SECTION("the clients closed: TIME_WAIT is theirs") { restart.serve_and_close(SW_CLOSED_BY_PEER); }
  SECTION("it is long over") {
    restart.serve_and_close(SW_CLOSED_BY_OWN);
    for (int i = 0; i < 70; ++i) restart.scan();
  }
  SECTION("somebody listens there") {
    restart.serve_and_close(SW_CLOSED_BY_OWN);
    restart.listen(restart.world.start(300, "other"), port);
  }
  restart.scan();
  restart.start_and_fail();
  restart.scan();
  CHECK(restart.ask().empty());
}

TEST_CASE("another program, another port, and a search for a free port are no restart") {
  Restart restart;
  restart.serve_and_close(SW_CLOSED_BY_OWN);
  restart.scan();
  SECTION("another program") { restart.start_and_fail("billing"); }
  SECTION("another port") { restart.start_and_fail("orders", port + 1); }
  SECTION("the next port is taken instead") {
    restart.start_and_fail();
    restart.listen(restart.refused.back().key.process, port + 1);
  }
  restart.scan();
  CHECK(restart.ask().empty());
}
