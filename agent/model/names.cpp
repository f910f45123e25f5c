#include <string_view>

#include "agent/model/model.h"

namespace sockwarden {
namespace {

template <std::size_t size>
const char* entry(const std::array<const char*, size>& names, std::size_t index) {
  return index < size ? names[index] : "unknown";
}

// By enum TcpState.
constexpr std::array tcp_states{"UNKNOWN",   "ESTABLISHED", "SYN_SENT",     "SYN_RECV",   "FIN_WAIT1",
                                "FIN_WAIT2", "TIME_WAIT",   "CLOSE",        "CLOSE_WAIT", "LAST_ACK",
                                "LISTEN",    "CLOSING",     "NEW_SYN_RECV", "BOUND"};

constexpr std::array<const char*, SW_OPTION_COUNT> options{
    "SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL",    "TCP_KEEPCNT",  "TCP_NODELAY", "TCP_QUICKACK",
    "SO_REUSEPORT", "SO_REUSEADDR", "SO_LINGER",        "SO_RCVTIMEO",  "SO_SNDTIMEO", "TCP_USER_TIMEOUT",
    "SO_SNDBUF",    "SO_RCVBUF",    "TCP_DEFER_ACCEPT", "TCP_FASTOPEN", "TCP_CORK",    "other"};

constexpr std::array<const char*, SW_DESCRIPTOR_COUNT> descriptors{"file",     "socket", "pipe",  "eventfd",  "timerfd",
                                                                   "epoll",    "unix",   "other", "signalfd", "inotify",
                                                                   "io_uring", "memfd",  "pidfd"};

constexpr std::array<const char*, SW_CONNECT_COUNT> connects{
    "none", "pending", "established", "refused", "timed_out", "unreachable", "no_port", "abandoned", "other"};

}  // namespace

const char* name_of(Role role) {
  constexpr std::array<const char*, SW_ROLE_COUNT> names{"unknown", "client", "server", "listener"};
  return entry(names, static_cast<std::size_t>(role));
}

const char* name_of(ClosedBy closed_by) {
  constexpr std::array<const char*, SW_CLOSED_BY_COUNT> names{"none", "own", "peer", "network"};
  return entry(names, static_cast<std::size_t>(closed_by));
}

const char* name_of(CloseReason close_reason) {
  constexpr std::array<const char*, SW_CLOSE_REASON_COUNT> names{"none", "fin", "reset", "exit", "timeout", "error"};
  return entry(names, static_cast<std::size_t>(close_reason));
}

const char* name_of(TcpState state) { return entry(tcp_states, static_cast<std::size_t>(state)); }
const char* name_of_option(std::uint8_t option) { return entry(options, option); }
const char* name_of_descriptor(std::uint8_t type) { return entry(descriptors, type); }
const char* name_of_connect(std::uint8_t outcome) { return entry(connects, outcome); }

}  // namespace sockwarden
