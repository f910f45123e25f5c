#include <catch2/catch.hpp>

#include "tests/unit/detect/stage.h"

namespace sockwarden {
namespace {

using testing::Stage;

std::uint64_t listen(Stage& stage, std::uint32_t queued, std::uint32_t limit) {
  const auto id = stage.world.open(stage.serial, SW_ROLE_LISTENER, testing::v4(10, 0, 0, 1, 80), {});
  stage.world.connection(id).socket.accept_queue = queued;
  stage.world.connection(id).socket.accept_queue_limit = limit;
  return id;
}

/// A second passes.
std::vector<Finding> look(Stage& stage) {
  stage.ask(listen_overflow);
  stage.queues.update(stage.model);
  return listen_overflow(stage.context()).findings;
}

}  // namespace

TEST_CASE("an accept queue that stays full is a finding") {
  Stage stage;
  listen(stage, 3, 2);
  CHECK(look(stage).empty());
  CHECK(look(stage).empty());
  const auto found = look(stage);
  REQUIRE(found.size() == 1);
  CHECK(found[0].class_name == "listen-overflow");
  CHECK(found[0].count == 3);
  CHECK(found[0].local == "10.0.0.1:80");
}

TEST_CASE("drops that go on need no longer look") {
  Stage stage;
  stage.thresholds.wait = std::chrono::seconds(30);
  const auto id = listen(stage, 3, 2);
  look(stage);
  stage.world.connection(id).socket.drops = 4;
  CHECK(look(stage).empty());
  stage.world.connection(id).socket.drops = 9;
  CHECK(look(stage).size() == 1);
}

TEST_CASE("a burst that is taken in time, a queue with room and drops of the past are silent") {
  Stage stage;
  const auto burst = listen(stage, 3, 2);
  listen(stage, 100, 128);
  look(stage);
  look(stage);
  stage.world.connection(burst).socket.accept_queue = 0;
  CHECK(look(stage).empty());
  stage.world.connection(burst).socket.drops = 50;
  for (int i = 0; i < 5; ++i) CHECK(look(stage).empty());
}

}  // namespace sockwarden
