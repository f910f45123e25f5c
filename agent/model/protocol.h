// Application protocols, and all that is said of one as a whole.
#pragma once

#include <cstdint>

#include "bpf/record.h"

namespace sockwarden {

/// With the numbers of enum sw_protocol.
enum class Protocol : std::uint8_t { unknown, other, http_1_0, http_1_1, http_2, tls, postgresql, mysql, redis };

/// Protocols whose bytes are read in the same way.
enum class Family : std::uint8_t { other, http_1, http_2, tls, sql, redis };

struct ProtocolTraits {
  const char* name;  ///< public: a label and a JSON value; empty = none is told
  Family family;
  bool is_http;
  bool is_database;   ///< statements or commands of a data store
  bool ends_clients;  ///< its servers are expected to end the connections of idle clients
  bool may_wait;      ///< a request may be a subscription, answered when there is something to tell
  /// Requests that one use of a connection makes at the most; a unit of work in a database is begin, some statements,
  /// commit, and in a protocol that is not parsed some exchanges.
  std::uint32_t requests_of_one_use;
  /// Bytes of the shortest request, our FIN among them; what is shorter is a closing message.
  std::uint32_t least_request_bytes;
};

[[nodiscard]] const ProtocolTraits& traits_of(Protocol protocol);
[[nodiscard]] inline const char* name_of(Protocol protocol) { return traits_of(protocol).name; }
[[nodiscard]] inline bool is_http_1(Protocol protocol) { return traits_of(protocol).family == Family::http_1; }
[[nodiscard]] inline bool is_sql(Protocol protocol) { return traits_of(protocol).family == Family::sql; }
[[nodiscard]] inline bool has_name(Protocol protocol) { return *name_of(protocol) != '\0'; }

/// What a flow's own bytes say.
[[nodiscard]] Protocol protocol_of(const sw_flow& flow);
/// The latest command of this flow asks for nothing.
[[nodiscard]] bool owes_no_answer(const sw_flow& request);
/// What the bytes of both sides say; inside STARTTLS the protocol that asked for it.
[[nodiscard]] Protocol protocol_of(const sw_wire& wire);

}  // namespace sockwarden
