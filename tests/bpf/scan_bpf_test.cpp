// What one pass over the descriptors gives out.
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

void allow_descriptors(rlim_t count) {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit = {std::max(limit.rlim_cur, count), std::max(limit.rlim_max, count)};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

}  // namespace

TEST_CASE("a socket is given out once, however many share it, and also where the buffer is too small for all") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  constexpr std::size_t sockets = SW_SCAN_BUFFER_ENTRIES + 1000;
  allow_descriptors(sockets + 1000);
  std::vector<Socket> held;
  for (std::size_t i = 0; i < sockets; ++i) held.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
  REQUIRE(held.back().fd() >= 0);
  const Gate leave;
  const Child heir([&] { leave.wait(); });
  watch.scan();
  std::map<std::uint64_t, int> times;
  for (const auto& live : watch.last().live) ++times[live.record.id];
  CHECK(times.size() >= sockets);
  CHECK(times.size() == watch.last().live.size());
  CHECK(watch.last().descriptors.at(getpid()).count[SW_DESCRIPTOR_SOCKET] >= sockets);
  CHECK(watch.last().descriptors.at(heir.pid()).count[SW_DESCRIPTOR_SOCKET] >= sockets);
  leave.open();
}

TEST_CASE("descriptors that are wanted one by one are counted once, however many reads they take") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  constexpr int most = 3000;  // 56 bytes each, and the iterator's buffer has 32 KiB
  allow_descriptors(most + 1000);
  const Gate ready, leave;
  const Child child([&] {
    for (int i = 0; i < most; ++i)
      if (eventfd(0, 0) < 0) _exit(1);
    ready.open();
    leave.wait();
  });
  ready.wait();
  watch.scan({.details = {child.pid()}});
  int listed = 0;
  for (const auto& descriptor : watch.last().descriptor_details)
    listed += descriptor.tgid == child.pid() && descriptor.type == SW_DESCRIPTOR_EVENTFD;
  CHECK(listed >= most);
  CHECK(watch.last().descriptors.at(child.pid()).count[SW_DESCRIPTOR_EVENTFD] == static_cast<unsigned>(listed));
  leave.open();
}

TEST_CASE("a process that rests keeps its counts, and is walked as soon as it opens one more, or connects") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  constexpr int many = 6000;
  allow_descriptors(many + 1000);
  const Socket listener = listen_on_loopback();
  const Gate ready, more, one_more, dial, dialled, leave;
  const Child child([&, port = listener.port()] {
    close(listener.fd());
    int last = -1;
    for (int i = 0; i < many; ++i) last = eventfd(0, 0);
    if (last < 0) _exit(1);
    ready.open();
    more.wait();
    if (eventfd(0, 0) < 0) _exit(1);
    one_more.open();
    dial.wait();
    close(last);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);  // as many descriptors as before
    const auto address = Loopback::of(AF_INET, port);
    if (connect(socket, address.get(), address.length) != 0) _exit(1);
    dialled.open();
    leave.wait();
  });
  ready.wait();
  const auto counted = [&] { return watch.scan().descriptors.at(child.pid()).count[SW_DESCRIPTOR_EVENTFD]; };
  const auto first = counted();
  CHECK(first >= many);
  for (int scan = 0; scan < 3; ++scan) CHECK(counted() == first);
  more.open();
  one_more.wait();
  CHECK(counted() == first + 1);
  for (int scan = 0; scan < 3; ++scan) CHECK(counted() == first + 1);
  dial.open();
  dialled.wait();
  CHECK(counted() == first);
  bool held = false;
  for (const auto& live : watch.last().live)
    held = held || (live.record.tgid == child.pid() && live.record.holder_tgid == child.pid() &&
                    live.socket.state == TCP_ESTABLISHED);
  CHECK(held);
  leave.open();
}

TEST_CASE("what waited in an accept queue before the agent started counts as older once it is accepted") {
  const bool seed_orphans = GENERATE(true, false);
  CAPTURE(seed_orphans);
  const Socket listener = listen_on_loopback();
  const Socket client = connect_to(listener.port());
  KernelOptions options;
  options.seed_orphans = seed_orphans;
  Watch watch(variants.front(), options);
  const Socket server = accept_from(listener);
  watch.scan();
  const auto* live = watch.live(SW_ROLE_SERVER, listener.port(), client.port());
  REQUIRE(live != nullptr);
  CHECK((live->record.flags & SW_FLAG_PREEXISTING) != 0);
  watch.scan();  // totals are read before the pass that finds an owner
  CHECK(watch.totals(getpid(), SW_ROLE_SERVER).preexisting == 1);
  CHECK(watch.totals(getpid(), SW_ROLE_SERVER).opened == 0);
}

TEST_CASE("neither SYN nor FIN is a byte") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  const std::size_t bytes = GENERATE(0, 1, 5000);
  const bool client_first = GENERATE(true, false);
  CAPTURE(variant.name, family, bytes, client_first);
  Watch& watch = shared_watch(variant);
  watch.scan();
  const auto sent_before = watch.totals(getpid(), SW_ROLE_CLIENT),
             taken_before = watch.totals(getpid(), SW_ROLE_SERVER);
  Pair pair(family);
  const auto client = pair.client_port(), server = pair.server_port();
  if (bytes != 0) {
    pair.client.send(std::string(bytes, 'x'));
    pair.server.receive(bytes);
    pair.server.send("y");
    pair.client.receive(1);
  }
  const std::uint64_t answer = bytes != 0 ? 1 : 0;
  watch.scan();
  const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
  REQUIRE(live != nullptr);
  CHECK(live->socket.bytes_acked == bytes);
  CHECK(live->socket.bytes_received == answer);
  (client_first ? pair.client : pair.server).close();
  (client_first ? pair.server : pair.client).close();
  CHECK(watch.ended(SW_ROLE_CLIENT, client, server).socket.bytes_acked == bytes);
  CHECK(watch.ended(SW_ROLE_SERVER, server, client).socket.bytes_received == bytes);
  watch.scan();  // totals are read before details
  const auto sent = watch.totals(getpid(), SW_ROLE_CLIENT), taken = watch.totals(getpid(), SW_ROLE_SERVER);
  REQUIRE(closes(sent) == closes(sent_before) + 1);
  REQUIRE(closes(taken) == closes(taken_before) + 1);
  CHECK(sent.bytes_sent - sent_before.bytes_sent == bytes);
  CHECK(sent.bytes_received - sent_before.bytes_received == answer);
  CHECK(taken.bytes_received - taken_before.bytes_received == bytes);
  CHECK(taken.bytes_sent - taken_before.bytes_sent == answer);
}

namespace {

/// SOCKWARDEN_TEST_PROCESSES makes it more: an emulated machine takes milliseconds a connection.
int short_lived_processes() {
  const char* wanted = getenv("SOCKWARDEN_TEST_PROCESSES");
  return wanted != nullptr ? std::stoi(wanted) : 20;
}

}  // namespace

TEST_CASE("connections of short-lived processes are opened and closed as often on both sides") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const int processes = short_lived_processes(), connections = 100, all = processes * connections;
  const Socket listener = listen_on_loopback(AF_INET, 1024);
  watch.scan();
  const auto before = watch.totals(getpid(), SW_ROLE_SERVER);
  std::set<std::uint32_t> pids;
  std::map<std::uint32_t, sw_totals> clients;  // by serial: the rows of the gone are given out a last time
  const auto note = [&] {
    for (const auto& row : watch.scan().processes)
      if (pids.contains(row.process.tgid) && row.roles[SW_ROLE_CLIENT])
        clients[row.process.serial] = row.roles[SW_ROLE_CLIENT]->totals;
  };
  std::thread server([&] {
    for (int i = 0; i < all; ++i) {
      const int socket = accept(listener.fd(), nullptr, nullptr);
      char byte = 0;
      while (socket >= 0 && recv(socket, &byte, 1, 0) > 0) {
      }
      close(socket);
    }
  });
  for (int process = 0; process < processes; ++process) {
    Child client([port = listener.port(), connections] {
      for (int i = 0; i < connections; ++i) {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        const auto address = Loopback::of(AF_INET, port);
        if (connect(socket, address.get(), address.length) != 0 || ::send(socket, "x", 1, 0) != 1) _exit(1);
        if (i + 1 != connections) close(socket);  // the last one goes with its process
      }
    });
    pids.insert(client.pid());
    CHECK(client.wait() == 0);
    if (process % 20 == 0) note();
  }
  server.join();
  note();
  note();
  std::uint64_t opened = 0, closed = 0, sent = 0;
  for (const auto& [serial, totals] : clients) {
    opened += totals.opened;
    closed += closes(totals);
    sent += totals.bytes_sent;
  }
  CHECK(opened == static_cast<unsigned>(all));
  CHECK(closed == static_cast<unsigned>(all));
  CHECK(sent == static_cast<unsigned>(all));
  const auto after = watch.totals(getpid(), SW_ROLE_SERVER);
  CHECK(after.opened - before.opened == static_cast<unsigned>(all));
  CHECK(closes(after) - closes(before) == static_cast<unsigned>(all));
}

}  // namespace sockwarden::testing
