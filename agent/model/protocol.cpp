#include "agent/model/protocol.h"

namespace sockwarden {

sw_protocol protocol_in(const sw_wire& wire) {
  auto best = SW_PROTOCOL_UNKNOWN;
  for (const auto& flow : wire.flow) {
    const auto protocol = static_cast<sw_protocol>(flow.protocol);
    if (protocol <= SW_PROTOCOL_OTHER && best > SW_PROTOCOL_OTHER) continue;
    // The request decides: a response may be of a lower version.
    if (best <= SW_PROTOCOL_OTHER || (flow.flags & SW_FLOW_REQUEST) != 0) best = protocol;
  }
  return best == SW_PROTOCOL_TLS && wire.inner != 0 ? static_cast<sw_protocol>(wire.inner) : best;
}

const char* protocol_name(const sw_wire& wire) {
  switch (protocol_in(wire)) {
    case SW_PROTOCOL_HTTP_1_0:
      return "http/1.0";
    case SW_PROTOCOL_HTTP_1_1:
      return "http/1.1";
    case SW_PROTOCOL_HTTP_2:
      return "http/2";
    case SW_PROTOCOL_TLS:
      return "tls";
    case SW_PROTOCOL_POSTGRESQL:
      return "postgresql";
    case SW_PROTOCOL_MYSQL:
      return "mysql";
    case SW_PROTOCOL_REDIS:
      return "redis";
    default:
      return "";
  }
}

const char* protocol_of(const sw_connection& raw) { return protocol_name(raw.record.wire); }

}  // namespace sockwarden
