#include <sys/time.h>

#include <algorithm>
#include <chrono>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

void set_option(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof(value)); }

/// Sets each option that has a name once.
void set_every_option(int fd) {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 31);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 7);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
  set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const linger five{1, 5};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &five, sizeof(five));
  const timeval two{2, 500000}, three{3, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &two, sizeof(two));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &three, sizeof(three));
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 12345);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, 65536);
  set_option(fd, SOL_SOCKET, SO_RCVBUF, 32768);
  set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3);
  set_option(fd, IPPROTO_TCP, TCP_CORK, 0);
}

void check_in_force(const sw_socket& socket) {
  for (const auto flag : {SW_IN_FORCE_KEEPALIVE, SW_IN_FORCE_NODELAY, SW_IN_FORCE_REUSEADDR, SW_IN_FORCE_REUSEPORT,
                          SW_IN_FORCE_LINGER, SW_IN_FORCE_SNDBUF, SW_IN_FORCE_RCVBUF}) {
    CAPTURE(flag);
    CHECK((socket.option_flags & flag) != 0);
  }
  CHECK(socket.keepalive_time_s == 31);
  CHECK(socket.keepalive_interval_s == 7);
  CHECK(socket.keepalive_probes == 4);
  CHECK(socket.linger_ns == 5'000'000'000);
  CHECK(socket.receive_timeout_ns == 2'500'000'000);
  CHECK(socket.send_timeout_ns == 3'000'000'000);
  CHECK(socket.user_timeout_ms == 12345);
  CHECK(socket.send_buffer_bytes == 2 * 65536);
  CHECK(socket.receive_buffer_bytes == 2 * 32768);
}

}  // namespace

TEST_CASE("every option is counted by name and shown in force") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Socket listener = listen_on_loopback();
  const Gate ready, go;
  int ports[2];
  REQUIRE(pipe(ports) == 0);
  Child child([&, port = listener.port()] {
    const Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
    set_every_option(socket.fd());
    set_option(socket.fd(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 0);
    set_option(socket.fd(), IPPROTO_TCP, TCP_MAXSEG, 1200);  // has no name here: counted by number
    const auto address = Loopback::of(AF_INET, port);
    if (connect(socket.fd(), address.get(), address.length) != 0) _exit(1);
    const auto own = socket.port();
    if (write(ports[1], &own, sizeof(own)) != sizeof(own)) _exit(1);
    go.wait();
  });
  std::uint16_t own = 0;
  REQUIRE(read(ports[0], &own, sizeof(own)) == sizeof(own));
  watch.scan();
  const auto* row = watch.process(child.pid());
  REQUIRE(row != nullptr);
  for (int option = 0; option < SW_OPTION_COUNT; ++option) {
    CAPTURE(option);
    CHECK(row->process.setsockopt[option] == 1);
  }
  std::uint64_t by_number = 0;
  for (const auto& other : watch.last().other_options)
    if (other.key.process == row->process.serial && other.key.level == IPPROTO_TCP && other.key.name == TCP_MAXSEG)
      by_number = other.count;
  CHECK(by_number == 1);
  const auto* live = watch.live(SW_ROLE_CLIENT, own, listener.port());
  REQUIRE(live != nullptr);
  check_in_force(live->socket);
  CHECK(live->record.options_set == (1ull << SW_OPTION_COUNT) - 1);
  close(ports[0]);
  close(ports[1]);
}

TEST_CASE("a cork counts once a connection, any other option at each call") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Gate set, go;
  Child child([&] {
    const Pair first, second;
    for (const Pair* pair : {&first, &second}) {
      for (const int on : {1, 0, 1, 0}) {
        set_option(pair->client.fd(), IPPROTO_TCP, TCP_CORK, on);
        set_option(pair->client.fd(), IPPROTO_TCP, TCP_NODELAY, on);
      }
    }
    set.open();
    go.wait();
  });
  set.wait();
  watch.scan();
  const auto* row = watch.process(child.pid());
  REQUIRE(row != nullptr);
  CHECK(row->process.setsockopt[SW_OPTION_TCP_CORK] == 2);
  CHECK(row->process.setsockopt[SW_OPTION_TCP_NODELAY] == 8);
}

TEST_CASE("the hook on options is suspended where corks alone call it, thousands of times a second") {
  Watch watch(variants.front());
  const auto variant = [&] {
    const auto& hooks = watch.hooks();
    const auto hook =
        std::find_if(hooks.begin(), hooks.end(), [](const auto& one) { return one.name == "setsockopt"; });
    REQUIRE(hook != hooks.end());
    return hook->variant;
  };
  const auto counted = [&] {
    watch.scan();
    const auto* row = watch.process(getpid());
    REQUIRE(row != nullptr);
    return row->process.setsockopt[SW_OPTION_TCP_NODELAY];
  };
  const Pair pair;
  set_option(pair.client.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  CHECK(counted() == 1);
  CHECK(variant().empty());

  for (const int on : {1, 0, 1, 0}) set_option(pair.client.fd(), IPPROTO_TCP, TCP_CORK, on);
  set_option(pair.client.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  CHECK(counted() == 2);
  CHECK(variant().empty());

  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1200))
    for (const int on : {1, 0}) set_option(pair.client.fd(), IPPROTO_TCP, TCP_CORK, on);
  watch.scan();
  CHECK(variant() == "suspended");
  set_option(pair.client.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  CHECK(counted() == 2);
}

TEST_CASE("a socket without options shows none") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Pair pair;
  watch.scan();
  const auto* live = watch.live(SW_ROLE_CLIENT, pair.client_port(), pair.server_port());
  REQUIRE(live != nullptr);
  CHECK(live->socket.option_flags == 0);
  CHECK(live->record.options_set == 0);
  CHECK(live->socket.receive_timeout_ns == 0);
  CHECK(live->socket.keepalive_time_s == 0);
  CHECK(live->socket.user_timeout_ms == 0);
}

TEST_CASE("options that a connection inherits from its listener are in force") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Socket listener(::socket(AF_INET, SOCK_STREAM, 0));
  set_every_option(listener.fd());
  set_option(listener.fd(), IPPROTO_TCP, TCP_FASTOPEN, 16);
  const auto address = Loopback::of(AF_INET);
  REQUIRE(bind(listener.fd(), address.get(), address.length) == 0);
  REQUIRE(listen(listener.fd(), 8) == 0);
  const Socket client = connect_to(listener.port());
  client.send("wakes a deferred accept");
  const Socket server = accept_from(listener);
  watch.scan();
  const auto* queue = watch.live(SW_ROLE_LISTENER, listener.port(), 0);
  REQUIRE(queue != nullptr);
  CHECK(queue->socket.defer_accept != 0);
  CHECK(queue->socket.fastopen_queue == 16);
  const auto* accepted = watch.live(SW_ROLE_SERVER, listener.port(), client.port());
  REQUIRE(accepted != nullptr);
  check_in_force(accepted->socket);
}

TEST_CASE("a large option of another program passes unharmed") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  shared_watch(variant);
  const Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  // Longer than a page: what 5.10 to 5.12 refuse with EFAULT behind a careless program.
  std::vector<char> large(16384, 0);
  const int one = 1;
  std::memcpy(large.data(), &one, sizeof(one));
  CHECK(setsockopt(socket.fd(), SOL_SOCKET, SO_KEEPALIVE, large.data(), static_cast<socklen_t>(large.size())) == 0);
}

}  // namespace sockwarden::testing
