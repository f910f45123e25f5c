#pragma once

#include <cstdint>

namespace sockwarden {

/// The kernel's numbers: include/net/tcp_states.h.
enum class TcpState : std::uint8_t {
  unknown = 0,
  established = 1,
  syn_sent = 2,
  syn_recv = 3,
  fin_wait1 = 4,
  fin_wait2 = 5,
  time_wait = 6,
  close = 7,
  close_wait = 8,
  last_ack = 9,
  listen = 10,
  closing = 11,
  new_syn_recv = 12,
  bound_inactive = 13,
};
[[nodiscard]] const char* name_of(TcpState state);  ///< "ESTABLISHED"

}  // namespace sockwarden
