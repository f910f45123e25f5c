// Connections whose end falls into a time that the kernel keeps from tracing programs. No test can be such a process,
// so the end is kept from the table instead: what the real close left there is put back once the real end has taken it.
#include <bpf/bpf.h>
#include <linux/filter.h>
#include <netinet/tcp.h>

#include <optional>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

/// The table of this process's newest kernel side.
class Ending {
 public:
  Ending() {
    __u32 id = 0;
    while (bpf_map_get_next_id(id, &id) == 0) {
      const int fd = bpf_map_get_fd_by_id(id);
      bpf_map_info info{};
      __u32 bytes = sizeof(info);
      const bool same = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &bytes) == 0 &&
                        std::string(info.name).starts_with("ending_connect");
      if (!same) {
        if (fd >= 0) ::close(fd);
        continue;
      }
      if (fd_ >= 0) ::close(fd_);
      fd_ = fd;
    }
    REQUIRE(fd_ >= 0);
  }
  ~Ending() { ::close(fd_); }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

  [[nodiscard]] std::optional<sw_ending> find(std::uint16_t local) const {
    __u64 key = 0, next = 0;
    for (__u64* last = nullptr; bpf_map_get_next_key(fd_, last, &next) == 0; last = &key) {
      sw_ending found{};
      key = next;
      if (bpf_map_lookup_elem(fd_, &key, &found) == 0 && found.connection.record.local.port == local) return found;
    }
    return std::nullopt;
  }
  void put(const sw_ending& ending) const {
    REQUIRE(bpf_map_update_elem(fd_, &ending.connection.record.id, &ending, BPF_ANY) == 0);
  }

 private:
  int fd_ = -1;
};

/// The peer's acknowledgement of the close is dropped: the socket lingers without an owner until its limit.
void linger_once_closed(const Socket& socket) {
  sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, 0}};
  const sock_fprog program{1, code};
  REQUIRE(setsockopt(socket.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0);
  socket.set(IPPROTO_TCP, TCP_USER_TIMEOUT, 2500);
}

void ask_and_answer(const Pair& pair) {
  pair.client.send("request");
  pair.server.receive(7);
  pair.server.send("response");
  pair.client.receive(8);
}

}  // namespace

TEST_CASE("an end that no event shows is made up for by the scan, once, and counts in the totals") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch watch(variant);
  const Ending ending;
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  ask_and_answer(pair);

  linger_once_closed(pair.client);
  pair.client.close();
  const auto kept = ending.find(client);
  REQUIRE(kept);
  CHECK(kept->connection.record.exchanges == 1);
  CHECK(kept->connection.socket.state == TCP_FIN_WAIT1);
  CHECK(kept->connection.socket.bytes_received == 8);
  watch.scan();
  const auto* orphan = watch.live(SW_ROLE_CLIENT, client, server);
  REQUIRE(orphan != nullptr);
  CHECK(orphan->socket.has_descriptor == 0);
  CHECK(orphan->socket.state == TCP_FIN_WAIT1);
  for (const auto& live : watch.last().live) CHECK(orphan->read_ns >= live.read_ns);  // is of this scan, too

  // While the socket is there, it is not made up, although its close is long ago.
  REQUIRE(watch.scan_until([&] { return watch.closed(SW_ROLE_CLIENT, client, server) != nullptr; }));
  const auto real = *watch.closed(SW_ROLE_CLIENT, client, server);
  CHECK(real.socket.end_unseen == 0);
  CHECK(real.record.closed_by == SW_CLOSED_BY_OWN);
  CHECK(real.read_ns - real.record.own_closed_ns > 1'500'000'000);
  CHECK_FALSE(ending.find(client));
  watch.scan();  // totals are read before details
  CHECK(closes(watch.totals(getpid(), SW_ROLE_CLIENT)) == 1);
  const auto missed = watch.last().losses[SW_LOSS_MISSED];

  auto unseen = *kept;
  unseen.connection.record.id += 1;
  unseen.connection.record.local.port = 9;  // found again by it
  unseen.connection.record.scan = 0;
  ending.put(unseen);
  REQUIRE(watch.scan_until([&] { return watch.closed(SW_ROLE_CLIENT, 9, server) != nullptr; }));
  const auto& made_up = *watch.closed(SW_ROLE_CLIENT, 9, server);
  CHECK(made_up.socket.end_unseen == 1);
  CHECK(made_up.record.exchanges == 1);
  CHECK(made_up.record.closed_by == SW_CLOSED_BY_OWN);
  CHECK(made_up.record.close_reason == SW_CLOSE_REASON_FIN);
  CHECK(made_up.record.own_closed_ns == kept->connection.record.own_closed_ns);
  CHECK_FALSE(ending.find(9));
  const auto details = watch.all_closed().size();
  watch.scan();
  CHECK(watch.all_closed().size() == details);
  CHECK(closes(watch.totals(getpid(), SW_ROLE_CLIENT)) == 2);
  CHECK(watch.last().losses[SW_LOSS_MISSED] == missed + 1);
}

TEST_CASE("what was shut down and then closed is given out until it is gone") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch watch(variant);
  const Ending ending;
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  ask_and_answer(pair);
  linger_once_closed(pair.client);
  REQUIRE(shutdown(pair.client.fd(), SHUT_WR) == 0);
  watch.scan();
  REQUIRE(watch.live(SW_ROLE_CLIENT, client, server) != nullptr);
  CHECK(watch.live(SW_ROLE_CLIENT, client, server)->socket.has_descriptor == 1);
  pair.client.close();
  watch.scan();
  const auto* orphan = watch.live(SW_ROLE_CLIENT, client, server);
  REQUIRE(orphan != nullptr);
  CHECK(orphan->socket.has_descriptor == 0);
  CHECK(orphan->record.exchanges == 1);
  CHECK(watch.totals(getpid(), SW_ROLE_CLIENT).opened == 1);
  CHECK(closes(watch.totals(getpid(), SW_ROLE_CLIENT)) == 0);
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK(ended.socket.bytes_received == 8);
  CHECK(ended.socket.bytes_acked == 7);
  watch.scan();
  CHECK(watch.live(SW_ROLE_CLIENT, client, server) == nullptr);
  CHECK_FALSE(ending.find(client));
}

TEST_CASE("a connection that was closed before the agent started counts as older, also at its end") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  // What the peer does not read keeps the closed socket there.
  const std::string much(65536, 'x');
  while (::send(pair.client.fd(), much.data(), much.size(), MSG_DONTWAIT) > 0) {
  }
  pair.client.close();
  Watch watch(variant);
  pair.server.close();
  const auto& ended = watch.ended(SW_ROLE_CLIENT, client, server);
  CHECK((ended.record.flags & SW_FLAG_PREEXISTING) != 0);
  CHECK(ended.record.closed_by == SW_CLOSED_BY_OWN);
  watch.scan();
  for (const auto& row : watch.last().processes)
    if (row.process.serial == 0 && row.roles[SW_ROLE_CLIENT]) CHECK(row.roles[SW_ROLE_CLIENT]->totals.opened == 0);
}

}  // namespace sockwarden::testing
