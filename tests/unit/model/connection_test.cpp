#include <catch2/catch.hpp>

#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;

namespace {

const Connection& connection_of(const Model& model, std::uint64_t id) {
  for (const Connection& connection : model.connections)
    if (connection.id == id) return connection;
  throw std::logic_error("no such connection");
}

}  // namespace

TEST_CASE("idle counts from the latest of receive, send and arrival") {
  World world;
  const auto serial = world.start(100, "app");
  const auto id = world.client(serial, v4(10, 0, 0, 7, 80));
  world.now_ns += 10 * second_ns;
  world.exchange(id);
  world.now_ns += 4 * second_ns;
  Model model = world.next();
  CHECK(connection_of(model, id).idle == 5s);

  world.connection(id).socket.last_arrival_known = 1;
  world.connection(id).socket.last_arrival_ago_ns = 2 * second_ns;
  model = world.next(model);
  CHECK(connection_of(model, id).idle == 2s);
}

TEST_CASE("a connection without data is idle since it was established") {
  World world;
  const auto id = world.client(world.start(100, "app"), v4(10, 0, 0, 7, 80));
  world.now_ns += 6 * second_ns;
  const Model model = world.next();
  CHECK(connection_of(model, id).idle == 7s);
  CHECK_FALSE(connection_of(model, id).last_receive);
  CHECK_FALSE(connection_of(model, id).last_arrival);
}

TEST_CASE("a preexisting connection takes its times from the socket and leaves the rest unknown") {
  World world;
  const auto serial = world.start(100, "app");
  const auto id = world.open(serial, SW_ROLE_CLIENT, v4(10, 0, 0, 1, 4000), v4(10, 0, 0, 7, 80), true);
  sw_socket& socket = world.connection(id).socket;
  socket.bytes_acked = 500;
  socket.bytes_received = 700;
  socket.last_send_ago_ns = 300 * second_ns;
  socket.last_arrival_ago_ns = 200 * second_ns;
  socket.last_arrival_known = 1;
  const Model model = world.next();
  const Connection& connection = connection_of(model, id);
  CHECK(connection.preexisting);
  CHECK_FALSE(connection.established);
  CHECK_FALSE(connection.last_receive);
  CHECK(connection.last_send == model.time - 300s);
  CHECK(connection.last_arrival == model.time - 200s);
  CHECK(connection.idle == 200s);
}

TEST_CASE("a preexisting connection that never sent has no last send") {
  World world;
  const auto id = world.open(world.start(100, "app"), SW_ROLE_CLIENT, v4(10, 0, 0, 1, 4000), v4(10, 0, 0, 7, 80), true);
  sw_socket& socket = world.connection(id).socket;
  socket.last_send_ago_ns = socket.last_arrival_ago_ns = 300 * second_ns;  // since it was established
  socket.last_arrival_known = 1;
  const Model model = world.next();
  CHECK_FALSE(connection_of(model, id).last_send);
  CHECK(connection_of(model, id).idle == 300s);
}

TEST_CASE("what waits in an accept queue belongs to the listener's process") {
  World world;
  const auto serial = world.start(100, "server");
  world.open(serial, SW_ROLE_LISTENER, v4(0, 0, 0, 0, 80), {});
  const auto id = world.open(0, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000));
  world.connection(id).socket.has_descriptor = 0;
  const Model model = world.next();
  CHECK_FALSE(connection_of(model, id).accepted);
  CHECK(connection_of(model, id).process == serial);
  CHECK(connection_of(model, id).pid == 100);
}

TEST_CASE("a listener in another network namespace owns nothing here") {
  World world;
  const auto listener = world.open(world.start(100, "server"), SW_ROLE_LISTENER, v4(0, 0, 0, 0, 80), {});
  world.connection(listener).record.netns = 2;
  const auto id = world.open(0, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000));
  CHECK(connection_of(world.next(), id).process == 0);
}

TEST_CASE("a connection whose owner has exited belongs to who holds it") {
  World world;
  const auto parent = world.start(100, "starter");
  const auto child = world.start(101, "worker");
  const auto id = world.client(parent, v4(10, 0, 0, 7, 80));
  sw_record& record = world.connection(id).record;
  record.holder_tgid = 101;
  record.holder_fd = 5;
  Model model = world.next();
  CHECK(connection_of(model, id).process == parent);
  CHECK_FALSE(connection_of(model, id).fd);

  world.process(parent).process.exited_ns = world.now_ns;
  model = world.next(model);
  CHECK(connection_of(model, id).process == child);
  CHECK(connection_of(model, id).pid == 101);
  CHECK(connection_of(model, id).fd == 5);
}

TEST_CASE("a listener is that of the child which holds it once its opener does not") {
  World world;
  const auto parent = world.start(100, "server");
  const auto child = world.start(101, "server");
  const auto id = world.open(parent, SW_ROLE_LISTENER, v4(0, 0, 0, 0, 80), {});
  sw_record& record = world.connection(id).record;
  record.tgid = record.holder_tgid = 100;
  Model model = world.next();
  CHECK(connection_of(model, id).process == parent);

  record.holder_tgid = 101;
  model = world.next(model);
  CHECK(connection_of(model, id).process == child);
}

TEST_CASE("a closed connection says who ended it, how, and how long it had been idle") {
  World world;
  const auto id = world.client(world.start(100, "app"), v4(10, 0, 0, 7, 80));
  world.exchange(id);
  world.now_ns += 90 * second_ns;
  world.close(id, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_RESET);
  const Model model = world.next();
  REQUIRE(model.closed.size() == 1);
  const Connection& connection = model.closed.front();
  CHECK(connection.closed_by == ClosedBy::peer);
  CHECK(connection.close_reason == CloseReason::reset);
  CHECK(connection.idle == 90s);
  CHECK(connection.peer_closed.has_value());
  CHECK_FALSE(connection.own_closed.has_value());
}

TEST_CASE("a closed connection says what was left unread") {
  World world;
  const auto id = world.client(world.start(100, "app"), v4(10, 0, 0, 7, 80));
  world.exchange(id);
  world.connection(id).socket.unread_bytes = 6;
  CHECK(connection_of(world.next(), id).unread_bytes == 6);
  world.leave_unread(id, 6);
  const Model model = world.next();
  REQUIRE(model.closed.size() == 1);
  CHECK(model.closed.front().close_reason == CloseReason::reset);
  CHECK(model.closed.front().unread_bytes == 6);
}
