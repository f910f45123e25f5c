#pragma once

#include "bpf/record.h"

namespace sockwarden {

/// What the bytes of both sides say; inside STARTTLS the protocol that asked for it.
[[nodiscard]] sw_protocol protocol_in(const sw_wire& wire);
/// "http/1.1", "http/2", "tls", "postgresql", "mysql", "redis", …; empty = unknown or another. A static text.
[[nodiscard]] const char* protocol_name(const sw_wire& wire);
/// Which application protocol a connection speaks, as a static text; empty = unknown.
[[nodiscard]] const char* protocol_of(const sw_connection& raw);

}  // namespace sockwarden
