#include "agent/model/protocol.h"

#include <array>

namespace sockwarden {
namespace {

/// By enum Protocol. Of closing messages, with the FIN behind them: GOAWAY and close_notify of TLS are 64 bytes, GOAWAY
/// of HTTP/2 18 (its shortest request is a block of headers), Terminate of PostgreSQL and COM_QUIT of MySQL 6, QUIT of
/// Redis and of other line protocols up to 15.
constexpr std::array<ProtocolTraits, SW_PROTOCOL_COUNT> table{{
    // name, family, is_http, is_database, ends_clients, may_wait, requests_of_one_use, least_request_bytes
    {"", Family::other, false, false, false, false, 8, 16},
    {"", Family::other, false, false, false, false, 8, 16},
    {"http/1.0", Family::http_1, true, false, true, false, 1, 2},
    {"http/1.1", Family::http_1, true, false, true, false, 1, 2},
    {"http/2", Family::http_2, true, false, false, true, 1, 24},
    {"tls", Family::tls, false, false, true, false, 1, 65},
    {"postgresql", Family::sql, false, true, false, false, 8, 7},
    {"mysql", Family::sql, false, true, false, false, 8, 7},
    {"redis", Family::redis, false, true, false, false, 8, 16},
}};

static_assert(static_cast<int>(Protocol::http_2) == SW_PROTOCOL_HTTP_2 &&
              static_cast<int>(Protocol::tls) == SW_PROTOCOL_TLS &&
              static_cast<int>(Protocol::redis) == SW_PROTOCOL_REDIS);

Protocol from(std::uint8_t number) {
  return number < SW_PROTOCOL_COUNT ? static_cast<Protocol>(number) : Protocol::unknown;
}

}  // namespace

const ProtocolTraits& traits_of(Protocol protocol) {
  const auto index = static_cast<std::size_t>(protocol);
  return table[index < table.size() ? index : 0];
}

Protocol protocol_of(const sw_flow& flow) { return from(flow.protocol); }

bool owes_no_answer(const sw_flow& request) {
  return protocol_of(request) == Protocol::mysql && request.mysql.no_answer != 0;
}

Protocol protocol_of(const sw_wire& wire) {
  Protocol best = Protocol::unknown;
  for (const sw_flow& flow : wire.flow) {
    const Protocol protocol = protocol_of(flow);
    if (protocol <= Protocol::other && best > Protocol::other) continue;
    // The request decides: a response may be of a lower version.
    if (best <= Protocol::other || (flow.flags & SW_FLOW_REQUEST) != 0) best = protocol;
  }
  const bool may_be_inside = best == Protocol::tls || best == Protocol::unknown;
  return may_be_inside && wire.inner != 0 ? from(wire.inner) : best;
}

}  // namespace sockwarden
