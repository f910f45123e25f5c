// Connections as the kernel side makes them, of the kinds that unit tests start from. With SOCKWARDEN_RECORDS=FOLDER
// they are written there (tests/twin/README.md).
#include <fcntl.h>

#include <cstdlib>

#include "tests/bpf/peers.h"
#include "tests/bpf/watch.h"
#include "tests/twin/impossible.h"
#include "tests/twin/records.h"
#include "tests/unit/wire/captured_conversation.h"

namespace sockwarden::testing {
namespace {

const std::string request = "GET /orders HTTP/1.1\r\nHost: shop.example\r\n\r\n";
const std::string answer_head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

class Recorder {
 public:
  explicit Recorder(Watch& watch) : watch_(watch) {}

  void live(const std::string& name, sw_role role, std::uint16_t local, std::uint16_t remote) {
    INFO(name);
    watch_.scan();
    const auto* found = watch_.live(role, local, remote);
    REQUIRE(found != nullptr);
    keep(name, *found);
  }
  void client(const std::string& name, const Pair& pair) {
    live(name, SW_ROLE_CLIENT, pair.client_port(), pair.server_port());
  }
  void server(const std::string& name, const Pair& pair) {
    live(name, SW_ROLE_SERVER, pair.server_port(), pair.client_port());
  }
  void ended(const std::string& name, sw_role role, std::uint16_t local, std::uint16_t remote) {
    INFO(name);
    keep(name, watch_.ended(role, local, remote));
  }
  Watch& watch() { return watch_; }
  [[nodiscard]] const Records& records() const { return records_; }

 private:
  void keep(const std::string& name, const sw_connection& connection) {
    CHECK(impossible(connection).value_or("") == "");
    records_[name] = connection;
  }

  Watch& watch_;
  Records records_;
};

void say(const Socket& from, const Socket& to, const std::string& bytes) {
  from.send(bytes);
  to.receive(bytes.size());
}

void exchange(const Pair& pair) {
  say(pair.client, pair.server, request);
  say(pair.server, pair.client, answer_head + "12345");
}

void record_opening(Recorder& recorder) {
  const Pair pair;
  recorder.client("client_unused", pair);
  recorder.server("server_unused", pair);
  recorder.live("listener", SW_ROLE_LISTENER, pair.server_port(), 0);

  const Socket full = listen_on_loopback(AF_INET, 0);
  const Socket queued = connect_to(full.port());  // room for one: the next SYN is dropped
  const Socket dialling(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  const auto address = Loopback::of(AF_INET, full.port());
  REQUIRE(connect(dialling.fd(), address.get(), address.length) == -1);
  recorder.live("client_dialling", SW_ROLE_CLIENT, 0, full.port());  // SYN_SENT comes before a port is chosen
}

void record_http_request(Recorder& recorder) {
  const Pair pair;
  const std::string upload = "POST /orders HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 5\r\n\r\n12345";
  const std::size_t head = upload.size() - 5;
  say(pair.client, pair.server, upload.substr(0, head - 10));
  recorder.server("http_server_head", pair);
  say(pair.client, pair.server, upload.substr(head - 10, 12));
  recorder.server("http_server_body", pair);
}

void record_http(Recorder& recorder) {
  const Pair pair;
  say(pair.client, pair.server, request);
  recorder.client("http_client_waiting", pair);
  recorder.server("http_server_handling", pair);
  say(pair.server, pair.client, answer_head + "12");
  recorder.client("http_client_body", pair);
  recorder.server("http_server_response", pair);
  say(pair.server, pair.client, "345");
  recorder.client("http_client_idle", pair);
  recorder.server("http_server_idle", pair);
}

void record_close_wait(Recorder& recorder) {
  Pair pair;
  exchange(pair);
  pair.server.close();
  const auto local = pair.client_port(), remote = pair.server_port();
  REQUIRE(recorder.watch().scan_until([&] {
    const auto* live = recorder.watch().live(SW_ROLE_CLIENT, local, remote);
    return live != nullptr && live->socket.state == TCP_CLOSE_WAIT;
  }));
  recorder.client("client_close_wait", pair);
  pair.client.close();
  recorder.ended("client_closed_by_peer", SW_ROLE_CLIENT, local, remote);
}

void record_closes(Recorder& recorder) {
  const auto close_both = [](Pair& pair, Watch& watch) {
    const auto local = pair.client_port(), remote = pair.server_port();
    pair.client.close();
    watch.released(SW_ROLE_CLIENT, local, remote);
    pair.server.close();
  };
  Pair closed;
  exchange(closed);
  const auto local = closed.client_port(), remote = closed.server_port();
  close_both(closed, recorder.watch());
  recorder.ended("client_closed_by_fin", SW_ROLE_CLIENT, local, remote);
  recorder.ended("server_closed_by_peer", SW_ROLE_SERVER, remote, local);

  Pair reset;
  exchange(reset);
  const auto reset_local = reset.client_port(), reset_remote = reset.server_port();
  const linger now{1, 0};
  REQUIRE(setsockopt(reset.client.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)) == 0);
  close_both(reset, recorder.watch());
  recorder.ended("client_closed_by_reset", SW_ROLE_CLIENT, reset_local, reset_remote);
  recorder.ended("server_reset_by_peer", SW_ROLE_SERVER, reset_remote, reset_local);
}

void record_exit(Recorder& recorder) {
  Pair pair;
  exchange(pair);
  const auto local = pair.client_port(), remote = pair.server_port();
  const Gate go;
  Child heir([&] { go.wait(); });
  pair.client.close();  // only the child holds it now
  go.open();
  heir.wait();
  recorder.watch().released(SW_ROLE_CLIENT, local, remote);
  pair.server.close();
  recorder.ended("client_closed_by_exit", SW_ROLE_CLIENT, local, remote);
}

/// The first so many payloads of a captured conversation.
void record_conversation(Recorder& recorder, const std::string& name, const std::string& capture, std::size_t count) {
  const Pair pair;
  const auto conversation = captured_conversation(capture);
  REQUIRE(conversation.size() >= count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool asks = conversation[i].direction == SW_EGRESS;
    say(asks ? pair.client : pair.server, asks ? pair.server : pair.client, conversation[i].bytes);
  }
  // What is under way is another matter: the peer's kernel may take its time to acknowledge.
  REQUIRE(recorder.watch().scan_until([&] {
    const auto* client = recorder.watch().live(SW_ROLE_CLIENT, pair.client_port(), pair.server_port());
    return client != nullptr && client->socket.unsent_bytes == 0;
  }));
  recorder.client(name, pair);
}

void record_protocols(Recorder& recorder) {
  if (captured_conversation("redis").empty()) return;  // the binary alone, on another machine
  record_conversation(recorder, "http2_client_idle", "h2", 3);
  record_conversation(recorder, "tls_1_2_client_idle", "tls12", 6);
  record_conversation(recorder, "tls_1_3_client_waiting", "tls13", 7);
  record_conversation(recorder, "tls_1_3_client_idle", "tls13", 8);
  record_conversation(recorder, "postgresql_client_idle", "psql", 6);
  record_conversation(recorder, "postgresql_client_in_transaction", "psql", 8);
  record_conversation(recorder, "mysql_client_idle", "mysql", 5);
  record_conversation(recorder, "mysql_client_in_transaction", "mysql", 9);
  record_conversation(recorder, "redis_client_idle", "redis", 8);
  record_conversation(recorder, "redis_client_blocking", "redis", 11);
}

}  // namespace

TEST_CASE("connections of every kind are as the rules of records have it") {
  const Pair before;
  Watch watch(variants.front());
  Recorder recorder(watch);
  recorder.client("client_preexisting", before);
  record_opening(recorder);
  record_http_request(recorder);
  record_http(recorder);
  record_close_wait(recorder);
  record_closes(recorder);
  record_exit(recorder);
  record_protocols(recorder);
  if (const char* folder = std::getenv("SOCKWARDEN_RECORDS")) write_records(folder, recorder.records());
}

}  // namespace sockwarden::testing
