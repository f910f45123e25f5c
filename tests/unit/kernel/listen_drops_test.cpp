#include "agent/kernel/listen_drops.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

constexpr std::uint32_t here = 7;

struct Host {
  ListenDrops drops;
  std::vector<sw_connection> listeners;
  std::optional<std::uint64_t> listen_drops = 0;
  int asked = 0;

  std::size_t listen(std::uint8_t defer_accept, std::uint32_t netns = here) {
    sw_connection one{};
    one.record.id = listeners.size() + 1;
    one.record.netns = netns;
    one.socket.state = 10;  // TCP_LISTEN
    one.socket.defer_accept = defer_accept;
    listeners.push_back(one);
    return listeners.size() - 1;
  }
  std::uint32_t counted(std::size_t which) {
    std::vector<sw_connection> live = listeners;
    drops.count(live, [this](std::uint32_t) {
      ++asked;
      return listen_drops;
    });
    return live[which].socket.drops;
  }
};

}  // namespace

TEST_CASE("deferred ACKs are no drops of the accept queue") {
  Host host;
  const std::size_t web = host.listen(3);
  CHECK(host.counted(web) == 0);
  host.listeners[web].socket.drops = 30;
  CHECK(host.counted(web) == 0);
}

TEST_CASE("drops of the past are not laid at the door of who defers") {
  Host host;
  host.listen_drops = 2364;
  const std::size_t old = host.listen(0);
  CHECK(host.counted(old) == 0);
  const std::size_t web = host.listen(3);
  host.counted(web);
  host.listeners[web].socket.drops = 15;
  CHECK(host.counted(web) == 0);
  host.listen_drops = 2400;  // of a listener that nobody saw
  host.listeners[old].socket.drops = 1;
  CHECK(host.counted(web) == 0);
  host.counted(web);
  host.listeners[web].socket.drops = 30;
  CHECK(host.counted(web) == 0);
}

TEST_CASE("handshakes without room are counted, each once") {
  Host host;
  const std::size_t full = host.listen(0);
  CHECK(host.counted(full) == 0);
  host.listeners[full].socket.drops = 12;
  host.listen_drops = 9;
  CHECK(host.counted(full) == 9);
  CHECK(host.counted(full) == 9);
  host.listeners[full].socket.drops = 14;
  host.listen_drops = 11;
  CHECK(host.counted(full) == 11);
}

TEST_CASE("a full queue beside a listener that defers is not laid at its door") {
  Host host;
  const std::size_t web = host.listen(3), full = host.listen(0);
  host.counted(web);
  host.listeners[web].socket.drops = 30;
  host.listeners[full].socket.drops = 20;
  host.listen_drops = 20;
  CHECK(host.counted(web) == 0);
  CHECK(host.counted(full) == 20);
}

TEST_CASE("a drop between the two readings is counted by the next scan") {
  Host host;
  const std::size_t full = host.listen(0);
  host.counted(full);
  host.listeners[full].socket.drops = 4;
  host.listen_drops = 5;
  CHECK(host.counted(full) == 4);
  host.listeners[full].socket.drops = 5;
  CHECK(host.counted(full) == 5);
}

TEST_CASE("where nothing was dropped nobody is asked, once the namespace is known") {
  Host host;
  const std::size_t quiet = host.listen(0);
  for (int i = 0; i < 5; ++i) host.counted(quiet);
  CHECK(host.asked == 1);
}

TEST_CASE("what cannot be read counts nothing") {
  Host host;
  const std::size_t web = host.listen(3);
  host.listen_drops.reset();
  host.listeners[web].socket.drops = 30;
  CHECK(host.counted(web) == 0);
}

TEST_CASE("ListenDrops is found in the text of netstat by its name") {
  CHECK(listen_drops_in("TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 0 3 17\nIpExt: A\nIpExt: 1\n") ==
        17);
  CHECK_FALSE(listen_drops_in("TcpExt: SyncookiesSent\nTcpExt: 0\n"));
  CHECK_FALSE(listen_drops_in(""));
}
