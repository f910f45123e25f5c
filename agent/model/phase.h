// What a connection is doing, and since when: from its state, its sequence numbers and its first bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/model/tcp_state.h"
#include "agent/sample/sample.h"

namespace sockwarden {

enum class Phase : std::uint8_t {
  unknown,
  // client
  dial,
  tls,  ///< handshake begun and not done; either side
  request_sending,
  first_byte_wait,  ///< request sent, response head not complete
  body,
  idle,
  closing,  ///< either side
  // server
  server_first_byte_wait,  ///< accepted, nothing received yet
  server_header,           ///< head begun, not complete
  server_body,
  handler,  ///< request complete, response not begun
  response,
  server_idle,
};
[[nodiscard]] const char* name_of(Phase phase);

struct PhaseNow {
  Phase phase = Phase::unknown;
  std::optional<Instant> since;  ///< empty: entered before it could be seen
  bool coarse = false;           ///< inferred from who spoke last, or from socket times: message ends are not known
  bool waits_by_protocol =
      false;  ///< BLPOP, SUBSCRIBE, an upgraded connection, a stream: silence may be what was asked for
};

/// Pure. Without the protocol parser (no first bytes seen) every phase after the dial is coarse.
[[nodiscard]] PhaseNow phase_of(const sw_connection& raw);
/// Of a closed one: that in which its end came.
[[nodiscard]] PhaseNow phase_at_end(const sw_connection& raw);

}  // namespace sockwarden
