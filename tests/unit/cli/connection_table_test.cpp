#include "agent/cli/connection_table.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/cli/display.h"

using namespace sockwarden;
using namespace std::chrono_literals;

namespace {

ConnectionRow client() {
  ConnectionRow row;
  row.service = "orders";
  row.pid = 4242;
  row.fd = 7;
  row.role = "client";
  row.state = "ESTABLISHED";
  row.local = "10.0.0.1:40000";
  row.remote = "10.0.0.7:8080";
  row.age = 185s;
  row.idle = 12s;
  row.exchanges = 5;
  row.protocol = "http/1.1";
  row.options = {"SO_KEEPALIVE=1", "TCP_KEEPIDLE=30s", "TCP_NODELAY=1"};
  return row;
}

ConnectionRow worst() {
  ConnectionRow row = client();
  row.service = std::string("\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b");
  row.pid = 4194304;
  row.fd = 1048576;
  row.state = "FIN_WAIT1";
  row.remote = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65535";
  row.age = 9h + 59min;
  row.idle = 9h + 59min;
  row.exchanges = 4294967295;
  row.protocol = "postgresql";
  row.unread_bytes = 4294967295;
  row.closed_by = "network";
  row.close_reason = "timeout";
  return row;
}

std::string line(const std::string& text, int number) {
  std::stringstream lines(text);
  std::string one;
  for (int i = 0; i <= number; ++i) std::getline(lines, one);
  return one;
}

}  // namespace

TEST_CASE(
    "a connection shows process, role, state, remote, times, exchanges, protocol, unread, who closed it and options") {
  const std::string text = connection_table({client()}, 0);
  CHECK(line(text, 0) == "SERVICE  PID FD ROLE   STATE REMOTE         AGE IDLE EXCH PROTO    UNREAD CLOSED OPTIONS");
  CHECK(line(text, 1) ==
        "orders  4242  7 client ESTAB 10.0.0.7:8080 3m5s  12s    5 http/1.1      0 -      "
        "keepalive,keepidle=30s,nodelay");
}

TEST_CASE("a listener shows its local address and no history") {
  ConnectionRow row = client();
  row.role = "listener";
  row.state = "LISTEN";
  row.local = "127.0.0.1:80";
  row.remote.clear();
  row.idle.reset();
  const std::string shown = line(connection_table({row}, 0), 1);
  CHECK(shown.find("listen LISTEN 127.0.0.1:80") != std::string::npos);
  CHECK(shown.find(" - ") != std::string::npos);
}

TEST_CASE("what is older than the agent shows at least, and never a false zero") {
  ConnectionRow row = client();
  row.preexisting = true;
  CHECK(line(connection_table({row}, 0), 1).find(">3m5s  12s   >5") != std::string::npos);
  row.age = 0ms;
  row.exchanges = 0;
  const std::string shown = line(connection_table({row}, 0), 1);
  CHECK(shown.find("10.0.0.7:8080   -  12s    - http") != std::string::npos);
}

TEST_CASE("at 80 columns no line is wider, whatever a connection holds") {
  for (const auto& rows : {std::vector{client()}, std::vector{worst()}, std::vector{client(), worst()}}) {
    std::stringstream lines(connection_table(rows, 80));
    for (std::string one; std::getline(lines, one);) {
      CAPTURE(one);
      CHECK(columns_of(one) <= 80);
    }
  }
}

TEST_CASE("at 80 columns an ordinary connection keeps all that matters") {
  const std::string text = connection_table({client()}, 80);
  for (const char* part : {"orders", "4242", "client", "ESTAB", "10.0.0.7:8080", "3m5s", "12s", "5", "http/1.1"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("the bytes of a name cannot reach the terminal") {
  ConnectionRow row = client();
  row.service = "a\x1b[2J\nb";
  row.protocol = "x\r";
  const std::string text = connection_table({row}, 0);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(text.find("a\\x1b[2J\\x0ab") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("states are named as ss names them") {
  CHECK(short_state("ESTABLISHED") == "ESTAB");
  CHECK(short_state("CLOSE_WAIT") == "CLOSE-WAIT");
  CHECK(short_state("FIN_WAIT2") == "FIN-WAIT-2");
}
