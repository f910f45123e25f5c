// Data that does not move by send() and recv(): io_uring, splice, sendfile, MSG_PEEK. Counted like all other.
#include <fcntl.h>
#include <liburing.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#include <array>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"

namespace sockwarden::testing {
namespace {

class Ring {
 public:
  Ring() : status_(io_uring_queue_init(8, &ring_, 0)) {}
  ~Ring() {
    if (ok()) io_uring_queue_exit(&ring_);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  [[nodiscard]] bool ok() const { return status_ == 0; }

  /// Submits what `prepare` fills in; it must move so many bytes.
  template <class Prepare>
  void run(int bytes, Prepare prepare) {
    start(prepare);
    finish(bytes);
  }
  template <class Prepare>
  void start(Prepare prepare) {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    REQUIRE(entry != nullptr);
    prepare(entry);
    REQUIRE(io_uring_submit(&ring_) == 1);
  }
  void finish(int bytes) {
    io_uring_cqe* done = nullptr;
    REQUIRE(io_uring_wait_cqe(&ring_, &done) == 0);
    CHECK(done->res == bytes);
    io_uring_cqe_seen(&ring_, done);
  }

 private:
  io_uring ring_{};
  int status_;
};

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() { REQUIRE(pipe(ends.data()) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

/// Both ends of a connection on which both sides took `exchanges` exchanges and left nothing unread. SW_FLAG_PEEKED is
/// not asked for: a splice() that has to wait fires the receive hook with nothing taken, as MSG_PEEK does
/// (tcp_read_sock).
void check_exchanges(Watch& watch, const Pair& pair, std::uint32_t exchanges) {
  watch.scan();
  const auto* client = watch.live(SW_ROLE_CLIENT, pair.client_port(), pair.server_port());
  const auto* server = watch.live(SW_ROLE_SERVER, pair.server_port(), pair.client_port());
  REQUIRE(client != nullptr);
  REQUIRE(server != nullptr);
  for (const auto* side : {client, server}) {
    CHECK(side->record.exchanges == exchanges);
    CHECK(side->record.tgid == static_cast<std::uint32_t>(getpid()));
    CHECK(side->socket.unread_bytes == 0);
  }
  CHECK(client->record.first_byte_count == exchanges);
}

}  // namespace

TEST_CASE("io_uring sends and receives count as exchanges of their process") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Ring ring;
  if (!ring.ok()) {
    WARN("SKIPPED: this kernel has no io_uring, or forbids it");
    return;
  }
  Watch& watch = shared_watch(variant);
  const Pair pair;
  std::array<char, 16> buffer{};
  for (int exchange = 0; exchange < 3; ++exchange) {
    ring.run(7, [&](auto* entry) { io_uring_prep_send(entry, pair.client.fd(), "request", 7, 0); });
    ring.run(7, [&](auto* entry) { io_uring_prep_recv(entry, pair.server.fd(), buffer.data(), buffer.size(), 0); });
    ring.run(8, [&](auto* entry) { io_uring_prep_send(entry, pair.server.fd(), "response", 8, 0); });
    ring.run(8, [&](auto* entry) { io_uring_prep_recv(entry, pair.client.fd(), buffer.data(), buffer.size(), 0); });
  }
  check_exchanges(watch, pair, 3);
}

TEST_CASE("an io_uring receive that waited for its data counts for its process") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Ring ring;
  if (!ring.ok()) {
    WARN("SKIPPED: this kernel has no io_uring, or forbids it");
    return;
  }
  Watch& watch = shared_watch(variant);
  const Pair pair;
  std::array<char, 16> buffer{};
  ring.start([&](auto* entry) { io_uring_prep_recv(entry, pair.server.fd(), buffer.data(), buffer.size(), 0); });
  pair.client.send("request");
  ring.finish(7);
  ring.start([&](auto* entry) { io_uring_prep_recv(entry, pair.client.fd(), buffer.data(), buffer.size(), 0); });
  pair.server.send("response");
  ring.finish(8);
  check_exchanges(watch, pair, 1);
}

TEST_CASE("splice and sendfile count as exchanges") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  const Pair pair;
  const Pipe to_server, from_server;
  const Socket file(memfd_create("response", 0));
  REQUIRE(write(file.fd(), "response", 8) == 8);
  for (int exchange = 0; exchange < 3; ++exchange) {
    REQUIRE(write(to_server.ends[1], "request", 7) == 7);
    REQUIRE(splice(to_server.ends[0], nullptr, pair.client.fd(), nullptr, 7, 0) == 7);
    REQUIRE(splice(pair.server.fd(), nullptr, from_server.ends[1], nullptr, 7, 0) == 7);
    off_t start = 0;
    REQUIRE(sendfile(pair.server.fd(), file.fd(), &start, 8) == 8);
    REQUIRE(splice(pair.client.fd(), nullptr, from_server.ends[1], nullptr, 8, 0) == 8);
  }
  check_exchanges(watch, pair, 3);
}

TEST_CASE("a read with MSG_PEEK is no exchange and leaves its bytes unread; the read behind it is one") {
  const auto variant = GENERATE(from_range(variants));
  CAPTURE(variant.name);
  Watch& watch = shared_watch(variant);
  Pair pair;
  const auto client = pair.client_port(), server = pair.server_port();
  std::array<char, 16> buffer{};
  pair.client.send("request");
  for (int look = 0; look < 3; ++look) REQUIRE(recv(pair.server.fd(), buffer.data(), buffer.size(), MSG_PEEK) == 7);
  watch.scan();
  const auto* peeked = watch.live(SW_ROLE_SERVER, server, client);
  REQUIRE(peeked != nullptr);
  CHECK(peeked->record.exchanges == 0);
  CHECK((peeked->record.flags & SW_FLAG_PEEKED) != 0);
  CHECK(peeked->socket.unread_bytes == 7);

  pair.server.receive(7);
  watch.scan();
  const auto* read = watch.live(SW_ROLE_SERVER, server, client);
  CHECK(read->record.exchanges == 1);
  CHECK(read->socket.unread_bytes == 0);
  pair.client.send("again");
  REQUIRE(recv(pair.server.fd(), buffer.data(), buffer.size(), MSG_PEEK) == 5);
  pair.server.close();
  const auto& ended = watch.ended(SW_ROLE_SERVER, server, client);
  CHECK(ended.record.exchanges == 1);
  CHECK(ended.record.unread_bytes == 5);
}

}  // namespace sockwarden::testing
