#include <algorithm>

#include "agent/model/model.h"

namespace sockwarden {
namespace {

std::string seconds_text(std::uint64_t ns) {
  constexpr std::uint64_t ns_per_ms = 1'000'000, ms_per_second = 1'000;
  const std::uint64_t ms = ns / ns_per_ms;
  return ms % ms_per_second == 0 ? std::to_string(ms / ms_per_second) + "s" : std::to_string(ms) + "ms";
}

// retrans_to_secs(), net/ipv4/tcp.c: the kernel keeps SYN-ACK retries, the first after 1 s, then doubling to 120 s.
std::uint32_t defer_accept_seconds(std::uint8_t retries) {
  std::uint32_t total = 0, period = 1;
  for (std::uint8_t i = 0; i < retries; ++i) {
    total += period;
    period = std::min(period * 2, 120U);
  }
  return total;
}

}  // namespace

std::vector<std::string> options_in_force(const Connection& connection) {
  const sw_connection& raw = connection.raw;
  const sw_socket& socket = raw.socket;
  const auto in_force = [&](sw_in_force flag) { return (socket.option_flags & flag) != 0; };
  const auto was_set = [&](sw_option option) { return ((raw.record.options_set >> option) & 1) != 0; };
  std::vector<std::string> texts;
  const auto show = [&](bool given, const char* name, const std::string& value) {
    if (given) texts.push_back(std::string(name) + "=" + value);
  };
  show(in_force(SW_IN_FORCE_KEEPALIVE), "SO_KEEPALIVE", "1");
  show(socket.keepalive_time_s != 0, "TCP_KEEPIDLE", std::to_string(socket.keepalive_time_s) + "s");
  show(socket.keepalive_interval_s != 0, "TCP_KEEPINTVL", std::to_string(socket.keepalive_interval_s) + "s");
  show(socket.keepalive_probes != 0, "TCP_KEEPCNT", std::to_string(socket.keepalive_probes));
  show(in_force(SW_IN_FORCE_NODELAY), "TCP_NODELAY", "1");
  show(in_force(SW_IN_FORCE_CORK), "TCP_CORK", "1");
  // The kernel switches quick acknowledgements by itself; only what a program asked for is an option.
  show(was_set(SW_OPTION_TCP_QUICKACK), "TCP_QUICKACK", in_force(SW_IN_FORCE_QUICKACK) ? "1" : "0");
  show(in_force(SW_IN_FORCE_REUSEADDR), "SO_REUSEADDR", "1");
  show(in_force(SW_IN_FORCE_REUSEPORT), "SO_REUSEPORT", "1");
  show(in_force(SW_IN_FORCE_LINGER), "SO_LINGER", seconds_text(socket.linger_ns));
  show(socket.receive_timeout_ns != 0, "SO_RCVTIMEO", seconds_text(socket.receive_timeout_ns));
  show(socket.send_timeout_ns != 0, "SO_SNDTIMEO", seconds_text(socket.send_timeout_ns));
  show(socket.user_timeout_ms != 0, "TCP_USER_TIMEOUT", std::to_string(socket.user_timeout_ms) + "ms");
  // The kernel doubles what was asked for (socket(7)).
  show(in_force(SW_IN_FORCE_SNDBUF), "SO_SNDBUF", std::to_string(socket.send_buffer_bytes / 2));
  show(in_force(SW_IN_FORCE_RCVBUF), "SO_RCVBUF", std::to_string(socket.receive_buffer_bytes / 2));
  show(socket.defer_accept != 0, "TCP_DEFER_ACCEPT", std::to_string(defer_accept_seconds(socket.defer_accept)) + "s");
  show(socket.fastopen_queue != 0, "TCP_FASTOPEN", std::to_string(socket.fastopen_queue));
  show(socket.fastopen_queue == 0 && in_force(SW_IN_FORCE_FASTOPEN), "TCP_FASTOPEN_CONNECT", "1");
  return texts;
}

}  // namespace sockwarden
