#include <fcntl.h>
#include <sys/sendfile.h>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {

TEST_CASE("a receiver that closes with unread bytes shows exactly how many") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  const std::size_t unread = GENERATE(0, 1, 6, 70000);
  const std::string how = GENERATE("close", "exit", "kill");
  CAPTURE(variant.name, family, unread, how);
  Watch& watch = shared_watch(variant);
  Pair pair(family);
  const auto client = pair.client_port(), server = pair.server_port();
  const Gate received, go;
  Child receiver([&] {
    char byte = 0;
    if (recv(pair.client.fd(), &byte, 1, MSG_WAITALL) != 1) _exit(1);
    received.open();
    go.wait();
    if (how == "close") {
      pair.client.close();
      pause();
    }
    if (how == "kill") pause();
  });
  pair.client.close();  // only the child holds it now
  pair.server.send("x");
  received.wait();
  if (unread != 0) pair.server.send(std::string(unread, 'y'));
  REQUIRE(watch.scan_until([&] {
    const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
    return live != nullptr && live->socket.unread_bytes == unread;
  }));
  go.open();
  if (how == "kill") receiver.kill(SIGKILL);
  watch.released(SW_ROLE_CLIENT, client, server);
  pair.server.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.unread_bytes == unread);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_OWN);
  if (how == "close")
    CHECK(ended.record.close_reason == (unread != 0 ? SW_CLOSE_REASON_RESET : SW_CLOSE_REASON_FIN));
  else
    CHECK(ended.record.close_reason == SW_CLOSE_REASON_EXIT);
  CHECK(((ended.record.flags & SW_FLAG_RESET_SENT) != 0) == (unread != 0));
}

TEST_CASE("bytes unread after the peer's FIN are counted without the FIN") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  pair.server.send("twelve bytes");
  pair.server.close();
  REQUIRE(watch.scan_until([&] {
    const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
    return live != nullptr && live->socket.state == TCP_CLOSE_WAIT;
  }));
  CHECK(watch.live(SW_ROLE_CLIENT, client, server)->socket.unread_bytes == 12);
  pair.client.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.unread_bytes == 12);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_PEER);
}

TEST_CASE("a connection read to its end has nothing unread") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  pair.server.send("12345");
  pair.server.close();
  char buffer[16];
  while (recv(pair.client.fd(), buffer, sizeof(buffer), 0) > 0) {
  }
  pair.client.close();
  CHECK(watch.ended(SW_ROLE_CLIENT, client, server).record.unread_bytes == 0);
}

TEST_CASE("SO_LINGER 0 shows as a reset of ours, with the kernel's reason where it has one") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  const linger now{1, 0};
  REQUIRE(setsockopt(pair.client.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)) == 0);
  pair.client.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_OWN);
  CHECK(ended.record.close_reason == SW_CLOSE_REASON_RESET);
  const auto& other = watch.ended(SW_ROLE_SERVER, server, client);
  CHECK(other.record.closed_by == SW_CLOSED_BY_PEER);
  CHECK(other.record.close_reason == SW_CLOSE_REASON_RESET);
  for (const auto& hook : watch.hooks())
    if (hook.variant == "with reason") CHECK(ended.record.reset_reason != 0);
}

TEST_CASE("shutdown is no close: what stays unread can still be read") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  REQUIRE(shutdown(pair.client.fd(), SHUT_WR) == 0);
  pair.server.send("late");
  REQUIRE(watch.scan_until([&] {
    const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
    return live != nullptr && live->socket.unread_bytes == 4;
  }));
  const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
  CHECK((live->record.flags & SW_FLAG_RELEASED) == 0);
  CHECK(live->record.closed_by == SW_CLOSED_BY_OWN);
  pair.client.receive(4);
  pair.client.close();
  pair.server.close();
  CHECK(watch.ended(SW_ROLE_CLIENT, client, server).record.unread_bytes == 0);
}

namespace {

bool has_ended(const Socket& socket) {
  tcp_info info{};
  socklen_t length = sizeof(info);
  REQUIRE(getsockopt(socket.fd(), IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
  return info.tcpi_state == TCP_CLOSE;
}

void ask_and_answer(const Pair& pair) {
  pair.client.send("request");
  pair.server.receive(7);
  pair.server.send("response");
  pair.client.receive(8);
}

}  // namespace

TEST_CASE("shutdown, the peer's FIN and close show one close in every order, with what it leaves unread") {
  const auto variant = GENERATE(from_range(variants));
  const std::string order = GENERATE("shutdown close FIN", "shutdown FIN close");
  const std::size_t unread = GENERATE(0, 12);
  CAPTURE(variant.name, order, unread);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  ask_and_answer(pair);
  if (unread != 0) pair.server.send(std::string(unread, 'y'));
  REQUIRE(watch.scan_until([&] {
    const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
    return live != nullptr && live->socket.unread_bytes == unread;
  }));
  REQUIRE(shutdown(pair.client.fd(), SHUT_WR) == 0);
  if (order == "shutdown FIN close") {
    pair.server.close();
    REQUIRE(watch.scan_until([&] { return has_ended(pair.client); }));
  }
  pair.client.close();
  pair.server.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.unread_bytes == unread);
  CHECK((ended.record.flags & SW_FLAG_RELEASED) != 0);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_OWN);
  CHECK(ended.record.close_reason == SW_CLOSE_REASON_FIN);
}

TEST_CASE("a send on a connection that the peer has reset while it was idle shows at its release") {
  const auto variant = GENERATE(from_range(variants));
  const bool sends = GENERATE(true, false);
  CAPTURE(variant.name, sends);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  ask_and_answer(pair);
  const linger at_once{1, 0};
  REQUIRE(setsockopt(pair.server.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
  pair.server.close();
  REQUIRE(watch.scan_until([&] { return has_ended(pair.client); }));
  char byte = 0;
  if (sends)
    CHECK(::send(pair.client.fd(), "again", 5, MSG_NOSIGNAL) < 0);
  else
    CHECK(::recv(pair.client.fd(), &byte, 1, 0) < 0);  // a look, not a use
  pair.client.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_PEER);
  CHECK(ended.record.close_reason == SW_CLOSE_REASON_RESET);
  CHECK((ended.socket.sent_after_reset != 0) == sends);
}

TEST_CASE("MSG_PEEK is no exchange; splice and sendfile are") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  pair.client.send("peeked");
  char buffer[16];
  REQUIRE(recv(pair.server.fd(), buffer, 6, MSG_PEEK | MSG_WAITALL) == 6);
  watch.scan();
  CHECK(watch.live(SW_ROLE_SERVER, server, client)->record.exchanges == 0);
  CHECK((watch.live(SW_ROLE_SERVER, server, client)->record.flags & SW_FLAG_PEEKED) != 0);
  int pipes[2];
  REQUIRE(pipe(pipes) == 0);
  REQUIRE(splice(pair.server.fd(), nullptr, pipes[1], nullptr, 6, 0) == 6);
  watch.scan();
  CHECK(watch.live(SW_ROLE_SERVER, server, client)->record.exchanges == 1);
  REQUIRE(splice(pipes[0], nullptr, pair.server.fd(), nullptr, 6, 0) == 6);
  pair.client.receive(6);
  watch.scan();
  CHECK(watch.live(SW_ROLE_CLIENT, client, server)->record.exchanges == 1);
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(sendfile(pair.client.fd(), file, nullptr, 1000) == 1000);
  pair.server.receive(1000);
  watch.scan();
  CHECK(watch.live(SW_ROLE_SERVER, server, client)->record.exchanges == 2);
  close(file);
  close(pipes[0]);
  close(pipes[1]);
}

}  // namespace sockwarden::testing
