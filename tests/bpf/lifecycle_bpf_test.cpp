#include <barrier>
#include <map>
#include <sstream>
#include <thread>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

constexpr int threads_together = 8;
constexpr const char* plan_of_exec = "SOCKWARDEN_TEST_TOGETHER";

/// The first connections of a process, each by a thread of its own; then says so, and holds them.
void connect_together(std::uint16_t port, const Gate& connected, const Gate& go) {
  std::barrier together(threads_together);
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_together; ++i)
    threads.emplace_back([&] {
      const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      const auto address = Loopback::of(AF_INET, port);
      together.arrive_and_wait();
      if (connect(socket, address.get(), address.length) != 0) _exit(1);
    });
  for (auto& thread : threads) thread.join();
  connected.open();
  go.wait();
}

}  // namespace

TEST_CASE("a connection's exchanges, ends and owner are seen on both sides") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  CAPTURE(variant.name, family);
  Watch& watch = shared_watch(variant);
  Pair pair(family);
  const auto client = pair.client_port(), server = pair.server_port();
  for (int exchange = 0; exchange < 3; ++exchange) {
    pair.client.send("request");
    pair.server.receive(7);
    pair.server.send("response");
    pair.client.receive(8);
  }
  watch.scan();
  const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
  REQUIRE(live != nullptr);
  CHECK(live->record.exchanges == 3);
  CHECK(live->record.tgid == static_cast<std::uint32_t>(getpid()));
  CHECK(live->record.holder_fd == static_cast<std::uint32_t>(pair.client.fd()));
  CHECK(live->socket.state == TCP_ESTABLISHED);
  CHECK(live->record.first_byte_count == 3);

  pair.client.close();
  watch.released(SW_ROLE_CLIENT, client, server);
  pair.server.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.record.exchanges == 3);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_OWN);
  CHECK(ended.record.close_reason == SW_CLOSE_REASON_FIN);
  CHECK((ended.record.flags & SW_FLAG_RELEASED) != 0);
  const auto& other = watch.ended(SW_ROLE_SERVER, server, client);
  CHECK(other.record.exchanges == 3);
  CHECK(other.record.closed_by == SW_CLOSED_BY_PEER);
  CHECK(other.record.close_reason == SW_CLOSE_REASON_FIN);
  CHECK(other.record.tgid == static_cast<std::uint32_t>(getpid()));
}

TEST_CASE("a process's totals count every connection once") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch watch(variant);
  const Socket listener = listen_on_loopback();
  const auto port = listener.port();
  constexpr int connections = 200;
  Child client([&] {
    for (int i = 0; i < connections; ++i) {
      Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
      const auto address = Loopback::of(AF_INET, port);
      if (connect(socket.fd(), address.get(), address.length) != 0) _exit(1);
      if (::send(socket.fd(), "x", 1, 0) != 1) _exit(1);
      char byte = 0;
      if (recv(socket.fd(), &byte, 1, 0) != 1) _exit(1);
    }
  });
  for (int i = 0; i < connections; ++i) {
    const Socket socket = accept_from(listener);
    socket.receive(1);
    socket.send("y");
  }
  const auto pid = client.pid();
  CHECK(client.wait() == 0);
  // The row of an ended process is given out until nothing of it is left: it must be complete by then.
  sw_totals totals{};
  CHECK(watch.scan_until([&] {
    if (watch.process(pid) == nullptr) return true;
    totals = watch.totals(pid, SW_ROLE_CLIENT);
    return closes(totals) == connections;
  }));
  CHECK(totals.opened == connections);
  CHECK(closes(totals) == connections);
  CHECK(totals.exchanges == connections);
  CHECK(totals.connects[SW_CONNECT_PENDING] == connections);
  CHECK(totals.connects[SW_CONNECT_ESTABLISHED] == connections);
  CHECK(watch.scan_until([&] { return closes(watch.totals(getpid(), SW_ROLE_SERVER)) == connections; }));
  CHECK(watch.totals(getpid(), SW_ROLE_SERVER).opened == connections);
}

TEST_CASE("a full ring loses details, counts them as lost, and no total") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  KernelOptions small;
  small.ring_bytes = 4096;
  Watch watch(variant, small);
  const Socket listener = listen_on_loopback();
  constexpr std::uint64_t connections = 3000;
  Child client([&, port = listener.port()] {
    for (std::uint64_t i = 0; i < connections; ++i) {
      Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
      const auto address = Loopback::of(AF_INET, port);
      if (connect(socket.fd(), address.get(), address.length) != 0) _exit(1);
      char byte = 0;
      if (recv(socket.fd(), &byte, 1, 0) != 0) _exit(1);
    }
  });
  for (std::uint64_t i = 0; i < connections; ++i) accept_from(listener);
  CHECK(client.wait() == 0);
  std::uint64_t details = 0;
  CHECK(watch.scan_until([&] {
    details = 0;
    for (const auto& connection : watch.all_closed())
      details += connection.record.local.port == listener.port() && connection.record.role == SW_ROLE_SERVER;
    return closes(watch.totals(getpid(), SW_ROLE_SERVER)) == connections;
  }));
  CHECK(watch.totals(getpid(), SW_ROLE_SERVER).opened == connections);
  CHECK(details + watch.last().losses[SW_LOSS_DETAIL] >= connections);
}

TEST_CASE("a connection older than the agent is preexisting with its owner and role") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  pair.client.send("hello");
  Watch watch(variant);
  watch.scan();
  const auto* own = watch.live(SW_ROLE_CLIENT, client, server);
  const auto* accepted = watch.live(SW_ROLE_SERVER, server, client);
  const auto* listener = watch.live(SW_ROLE_LISTENER, server, 0);
  REQUIRE(own != nullptr);
  REQUIRE(accepted != nullptr);
  REQUIRE(listener != nullptr);
  for (const auto* connection : {own, accepted, listener}) {
    CHECK((connection->record.flags & SW_FLAG_PREEXISTING) != 0);
    CHECK(connection->record.tgid == static_cast<std::uint32_t>(getpid()));
  }
  CHECK(accepted->socket.unread_bytes == 5);
  CHECK(watch.totals(getpid(), SW_ROLE_CLIENT).preexisting == 1);
  CHECK(watch.totals(getpid(), SW_ROLE_CLIENT).opened == 0);

  pair.server.receive(5);
  pair.client.close();
  watch.released(SW_ROLE_CLIENT, client, server);
  pair.server.close();
  CHECK(watch.ended(SW_ROLE_CLIENT, client, server).record.closed_by == SW_CLOSED_BY_OWN);
  CHECK(watch.scan_until([&] { return closes(watch.totals(getpid(), SW_ROLE_CLIENT)) == 1; }));
}

TEST_CASE("connections in the accept queue show as the queue's length, and by themselves once accepted") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Socket listener = listen_on_loopback(AF_INET, 16);
  std::vector<Socket> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect_to(listener.port()));
  watch.scan();
  const auto* queue = watch.live(SW_ROLE_LISTENER, listener.port(), 0);
  REQUIRE(queue != nullptr);
  CHECK(queue->socket.accept_queue == 3);
  CHECK(queue->socket.accept_queue_limit == 16);
  CHECK(watch.live(SW_ROLE_SERVER, listener.port(), clients[0].port()) == nullptr);
  const Socket taken = accept_from(listener);
  watch.scan();
  const auto* accepted = watch.live(SW_ROLE_SERVER, listener.port(), clients[0].port());
  REQUIRE(accepted != nullptr);
  CHECK(accepted->socket.has_descriptor == 1);
}

TEST_CASE("an IPv4 client of an IPv6 listener shows its IPv4 address") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Socket listener(::socket(AF_INET6, SOCK_STREAM, 0));
  listener.set(IPPROTO_IPV6, IPV6_V6ONLY, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  REQUIRE(bind(listener.fd(), reinterpret_cast<sockaddr*>(&any), sizeof(any)) == 0);
  REQUIRE(listen(listener.fd(), 8) == 0);
  const Socket client = connect_to(listener.port());
  const Socket server = accept_from(listener);
  watch.scan();
  const auto* accepted = watch.live(SW_ROLE_SERVER, listener.port(), client.port());
  REQUIRE(accepted != nullptr);
  const std::uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
  CHECK(std::memcmp(accepted->record.remote.ip, mapped, sizeof(mapped)) == 0);
}

TEST_CASE("threads that open their process's first connections at one time share its row") {
  const auto variant = GENERATE(from_range(variants));
  const bool after_exec = GENERATE(false, true);
  CAPTURE(variant.name, after_exec);
  Watch& watch = shared_watch(variant);
  const Socket listener = listen_on_loopback();
  for (int process = 0; process < 20; ++process) {
    const Gate connected, go;
    Child child([&, port = listener.port()] {
      if (!after_exec) return connect_together(port, connected, go);
      const Socket before(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const auto address = Loopback::of(AF_INET, port);
      if (connect(before.fd(), address.get(), address.length) != 0) _exit(1);
      const std::string plan = std::to_string(port) + " " + connected.inherited() + " " + go.inherited();
      setenv(plan_of_exec, plan.c_str(), 1);
      close(STDOUT_FILENO);
      execl("/proc/self/exe", "together", "[together]", nullptr);
      _exit(1);
    });
    connected.wait();
    watch.scan();
    std::map<std::uint32_t, int> serials;
    for (const auto& live : watch.last().live)
      if (live.record.tgid == child.pid() && live.socket.state == TCP_ESTABLISHED) ++serials[live.record.process];
    REQUIRE(serials.size() == 1);
    CHECK(serials.begin()->second == threads_together);
    go.open();
    CHECK(child.wait() == 0);
    for (int i = 0; i < threads_together + after_exec; ++i) accept_from(listener);
  }
}

TEST_CASE("what the exec of the case above runs", "[.][together]") {
  const char* environment = getenv(plan_of_exec);
  REQUIRE(environment != nullptr);
  std::istringstream plan(environment);
  std::uint16_t port = 0;
  plan >> port;
  const auto connected = Gate::inherit(plan), go = Gate::inherit(plan);
  connect_together(port, connected, go);
}

TEST_CASE("an exec starts a new row under the new name") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Socket listener = listen_on_loopback();
  const Gate ready, go;
  Child child([&, port = listener.port()] {
    const Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
    const auto address = Loopback::of(AF_INET, port);
    if (connect(socket.fd(), address.get(), address.length) != 0) _exit(1);
    ready.open();
    go.wait();
    close(STDOUT_FILENO);
    execl("/proc/self/exe", "other-name", "--list-tests", nullptr);
    _exit(1);
  });
  ready.wait();
  watch.scan();
  const auto* row = watch.process(child.pid());
  REQUIRE(row != nullptr);
  CHECK(std::string(row->process.comm) == program_invocation_short_name);
  CHECK(row->process.exited_ns == 0);
  const auto serial = row->process.serial;
  go.open();
  CHECK(watch.scan_until([&] {
    for (const auto& process : watch.last().processes)
      if (process.process.serial == serial) return process.process.exited_ns != 0;
    return true;
  }));
}

}  // namespace sockwarden::testing
