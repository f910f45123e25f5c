#include <catch2/catch.hpp>

#include "agent/model/reset_reason.h"
#include "tests/unit/model/world.h"

using namespace sockwarden;
using namespace sockwarden::testing;
using Texts = std::vector<std::string>;

static Texts texts_of(const sw_connection& raw) {
  Connection connection;
  connection.raw = raw;
  return options_in_force(connection);
}

TEST_CASE("a socket on which nothing was set has no option in force") {
  CHECK(texts_of(captured_record("client_unused", second_ns)).empty());
}

TEST_CASE("every option in force is named with its value") {
  sw_connection raw{};
  sw_socket& socket = raw.socket;
  socket.option_flags = 0xff & ~SW_IN_FORCE_QUICKACK;
  socket.option_flags |= SW_IN_FORCE_SNDBUF | SW_IN_FORCE_RCVBUF;
  socket.keepalive_time_s = 30;
  socket.keepalive_interval_s = 5;
  socket.keepalive_probes = 3;
  socket.linger_ns = 5 * second_ns;
  socket.receive_timeout_ns = 2 * second_ns;
  socket.send_timeout_ns = 1'500'000'000;
  socket.user_timeout_ms = 9000;
  socket.send_buffer_bytes = 65536;
  socket.receive_buffer_bytes = 32768;
  socket.defer_accept = 2;
  socket.fastopen_queue = 5;
  CHECK(texts_of(raw) == Texts{"SO_KEEPALIVE=1", "TCP_KEEPIDLE=30s", "TCP_KEEPINTVL=5s", "TCP_KEEPCNT=3",
                               "TCP_NODELAY=1", "TCP_CORK=1", "SO_REUSEADDR=1", "SO_REUSEPORT=1", "SO_LINGER=5s",
                               "SO_RCVTIMEO=2s", "SO_SNDTIMEO=1500ms", "TCP_USER_TIMEOUT=9000ms", "SO_SNDBUF=32768",
                               "SO_RCVBUF=16384", "TCP_DEFER_ACCEPT=3s", "TCP_FASTOPEN=5"});
}

TEST_CASE("SO_LINGER 0 is an option in force") {
  sw_connection raw{};
  raw.socket.option_flags = SW_IN_FORCE_LINGER;
  CHECK(texts_of(raw) == Texts{"SO_LINGER=0s"});
}

TEST_CASE("quick acknowledgements count only where the program asked for them") {
  sw_connection raw{};
  raw.socket.option_flags = SW_IN_FORCE_QUICKACK;
  CHECK(texts_of(raw).empty());
  raw.record.options_set = 1U << SW_OPTION_TCP_QUICKACK;
  CHECK(texts_of(raw) == Texts{"TCP_QUICKACK=1"});
}

TEST_CASE("every code of the ABI has a name of its own") {
  for (std::uint8_t i = 0; i < SW_OPTION_COUNT; ++i) CHECK(std::string(name_of_option(i)) != "unknown");
  for (std::uint8_t i = 0; i < SW_DESCRIPTOR_COUNT; ++i) CHECK(std::string(name_of_descriptor(i)) != "unknown");
  for (std::uint8_t i = 0; i < SW_CONNECT_COUNT; ++i) CHECK(std::string(name_of_connect(i)) != "unknown");
  CHECK(std::string(name_of_option(SW_OPTION_TCP_CORK)) == "TCP_CORK");
  CHECK(std::string(name_of_option(SW_OPTION_COUNT)) == "unknown");
  CHECK(std::string(name_of_descriptor(SW_DESCRIPTOR_PIDFD)) == "pidfd");
  CHECK(std::string(name_of_connect(SW_CONNECT_REFUSED)) == "refused");
  CHECK(std::string(name_of_connect(SW_CONNECT_OTHER)) == "other");
  CHECK(std::string(name_of(Role::listener)) == "listener");
  CHECK(std::string(name_of(ClosedBy::network)) == "network");
  CHECK(std::string(name_of(CloseReason::timeout)) == "timeout");
  CHECK(std::string(name_of(TcpState::established)) == "ESTABLISHED");
  CHECK(std::string(name_of(TcpState::close_wait)) == "CLOSE_WAIT");
  CHECK(std::string(name_of(TcpState::listen)) == "LISTEN");
  CHECK(std::string(name_of(static_cast<TcpState>(200))) == "unknown");
}

TEST_CASE("a reset's reason is unknown at 0 and the kernel's name above") {
  CHECK(reset_reason_of(0).empty());
  CHECK(reset_reason_of(11 + 1) == "tcp_abort_on_close");
  CHECK(reset_reason_of(0 + 1) == "not_specified");
  CHECK(reset_reason_of(99 + 1) == "reason 99");
}
