#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

/// A port of which one connection is in TIME_WAIT, closed by its server, and on which nobody listens.
std::uint16_t port_in_time_wait(int family) {
  Pair pair(family);
  const auto port = pair.server_port();
  pair.server.close();
  char byte = 0;
  REQUIRE(recv(pair.client.fd(), &byte, 1, 0) == 0);
  return port;
}

int bind_error(const Socket& socket, int family, std::uint16_t port) {
  const auto address = Loopback::of(family, port);
  return bind(socket.fd(), address.get(), address.length) == 0 ? 0 : errno;
}

std::uint64_t refused_binds(const Sample& sample, std::uint16_t port) {
  std::uint64_t count = 0;
  for (const auto& [key, refused] : sample.refused_binds)
    if (key.local.port == port) count += refused.count;
  return count;
}

}  // namespace

TEST_CASE("a bind that TIME_WAIT refuses is counted once it is given up, by process and address") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  CAPTURE(variant.name, family);
  Watch& watch = shared_watch(variant);
  const auto port = port_in_time_wait(family);
  {
    const Socket again(::socket(family, SOCK_STREAM, 0));
    REQUIRE(bind_error(again, family, port) == EADDRINUSE);
    REQUIRE(bind_error(again, family, port) == EADDRINUSE);
    CHECK(refused_binds(watch.scan(), port) == 1);  // of the second it is not known yet
  }
  CHECK(refused_binds(watch.scan(), port) == 2);
  Child child([&] {
    const Socket other(::socket(family, SOCK_STREAM, 0));
    const auto address = Loopback::of(family, port);
    _exit(bind(other.fd(), address.get(), address.length) == 0 ? 1 : 0);
  });
  const auto pid = child.pid();
  CHECK(child.wait() == 0);
  const Sample& sample = watch.scan();
  CHECK(refused_binds(sample, port) == 3);
  const auto* process = watch.process(pid);
  REQUIRE(process != nullptr);
  const auto own = std::find_if(sample.refused_binds.begin(), sample.refused_binds.end(),
                                [&](const auto& one) { return one.key.process == process->process.serial; });
  REQUIRE(own != sample.refused_binds.end());
  CHECK(own->refused.count == 1);
  CHECK(own->key.local.ip[15] == 1);
}

TEST_CASE("a bind that succeeds, that may share the port, or that meets a listener is not counted") {
  const auto variant = GENERATE(from_range(variants));
  const int family = GENERATE(AF_INET, AF_INET6);
  CAPTURE(variant.name, family);
  Watch& watch = shared_watch(variant);
  const auto port = port_in_time_wait(family);
  {
    const Socket sharing(::socket(family, SOCK_STREAM, 0));
    sharing.set(SOL_SOCKET, SO_REUSEADDR, 1);
    bind_error(sharing, family, port);  // refused all the same: the first listener did not have it
    const Socket listener = listen_on_loopback(family);
    const Socket second(::socket(family, SOCK_STREAM, 0));
    REQUIRE(bind_error(second, family, listener.port()) == EADDRINUSE);
    Socket first(::socket(family, SOCK_STREAM, 0));
    const auto free = listen_on_loopback(family).port();
    REQUIRE(bind_error(first, family, free) == 0);
    first.close();
    watch.scan();
    CHECK(refused_binds(watch.last(), listener.port()) == 0);
    CHECK(refused_binds(watch.last(), free) == 0);
  }
  CHECK(refused_binds(watch.scan(), port) == 0);
}

}  // namespace sockwarden::testing
