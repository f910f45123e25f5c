#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

constexpr int mptcp = 262;  // IPPROTO_MPTCP, linux/in.h

struct MptcpPair {
  Socket listener{::socket(AF_INET, SOCK_STREAM, mptcp)}, client{::socket(AF_INET, SOCK_STREAM, mptcp)}, server;

  [[nodiscard]] bool is_missing() const {
    if (listener.fd() < 0) WARN("SKIPPED: this kernel has no MPTCP");
    return listener.fd() < 0;
  }

  void connect() {
    const auto any = Loopback::of(AF_INET);
    REQUIRE(bind(listener.fd(), any.get(), any.length) == 0);
    REQUIRE(listen(listener.fd(), 8) == 0);
    const auto address = Loopback::of(AF_INET, listener.port());
    REQUIRE(::connect(client.fd(), address.get(), address.length) == 0);
    server = accept_from(listener);
  }
};

}  // namespace

TEST_CASE("MPTCP is recognised, counted once an end, and not misread") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  MptcpPair pair;
  if (pair.is_missing()) return;
  Watch& watch = shared_watch(variant);
  watch.scan();
  const auto before = watch.last().losses[SW_LOSS_MPTCP_PARENT];
  pair.connect();
  pair.client.send("over a subflow");
  pair.server.receive(14);
  watch.scan();
  CHECK(watch.last().losses[SW_LOSS_MPTCP_PARENT] - before >= 1);
  const auto client = pair.client.port(), server = pair.listener.port();
  const auto own = static_cast<std::uint32_t>(getpid());
  const auto* live = watch.live(SW_ROLE_CLIENT, client, server);
  REQUIRE(live != nullptr);
  CHECK((live->record.flags & SW_FLAG_MPTCP) != 0);
  CHECK(live->record.tgid == own);
  CHECK(live->record.holder_fd == static_cast<std::uint32_t>(pair.client.fd()));
  CHECK(watch.live(SW_ROLE_LISTENER, server, 0) != nullptr);
  pair.client.close();
  pair.server.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK((ended.record.flags & SW_FLAG_MPTCP) != 0);
  CHECK(ended.record.exchanges == 0);  // nobody receives on a subflow: exchanges would be invented
  CHECK(ended.record.unread_bytes == 0);
}

TEST_CASE("the server's side of MPTCP is its process's, and a connection that carried data is not unused") {
  const auto variant = GENERATE(from_range(variants));
  const bool scanned = GENERATE(true, false);  // while it lives
  const bool carries = GENERATE(true, false);
  CAPTURE(variant.name, scanned, carries);
  MptcpPair pair;
  if (pair.is_missing()) return;
  Watch& watch = shared_watch(variant);
  watch.scan();
  const auto before = watch.totals(getpid(), SW_ROLE_SERVER);
  pair.connect();
  const auto client = pair.client.port(), server = pair.listener.port();
  if (carries) {
    pair.client.send("over a subflow");
    pair.server.receive(14);
  }
  if (scanned)
    REQUIRE(watch.scan_until([&] {
      const auto* live = watch.live(SW_ROLE_SERVER, server, client);
      return live != nullptr && live->record.tgid == static_cast<std::uint32_t>(getpid());
    }));
  pair.server.close();
  pair.client.close();
  const auto& ended = watch.ended(SW_ROLE_SERVER, server, client);
  CHECK(ended.record.tgid == static_cast<std::uint32_t>(getpid()));
  CHECK(watch.scan_until([&] { return closes(watch.totals(getpid(), SW_ROLE_SERVER)) == closes(before) + 1; }));
  const auto after = watch.totals(getpid(), SW_ROLE_SERVER);
  CHECK(after.opened - before.opened == 1);
  CHECK(after.unused_closes - before.unused_closes == (carries ? 0 : 1));
  CHECK(after.bytes_received - before.bytes_received == (carries ? 14 : 0));
}

}  // namespace sockwarden::testing
