// Small messages of a client whose end waits in the host for the acknowledgement of their beginning: Nagle's algorithm
// (RFC 896) against delayed acknowledgements (RFC 1122, 4.2.3.2).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "agent/model/model.h"

namespace sockwarden {

struct Stall {
  std::uint64_t connection = 0;
  Instant time{};
  std::chrono::nanoseconds duration{};
};

/// When the message of the program that is under way, or was the last, began: of a protocol that is not known, what it
/// has said since the peer last spoke.
[[nodiscard]] std::optional<Instant> message_began(const Connection& connection);

/// How long the end of a small message waited, or waits, in the host after the program had given it: a delayed
/// acknowledgement's time.
[[nodiscard]] std::optional<std::chrono::nanoseconds> held_back(const Connection& connection, Instant now);

/// Whether the end of a small message left, or waits, so long after its beginning: the program gave it late, or the
/// host held it back.
[[nodiscard]] bool is_late(const Connection& connection, Instant now);

}  // namespace sockwarden
