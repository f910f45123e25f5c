// When a connection of a pool was open and in use, and how idle it was when it ended.
#pragma once

#include <chrono>
#include <optional>

#include "agent/model/ending.h"

namespace sockwarden {

/// One connection within the window of one scan.
struct Usage {
  Instant opened{};
  std::optional<Instant> closed;    ///< within the window
  std::optional<Instant> request;   ///< its latest exchange began
  std::optional<Instant> response;  ///< and ended; empty = still in use
  bool thrown_away = false;         ///< closed by us right after the response
};

/// Without its end.
[[nodiscard]] Usage usage_of(const Connection& connection);

/// The response has begun and is not complete, as far as its bytes could be followed.
[[nodiscard]] bool is_in_response(const Connection& connection);

/// A side chose the moment of the end: no exit and no failure did.
[[nodiscard]] bool is_chosen(const Connection& connection);

/// How long nothing had moved when a side ended the connection;
/// empty where neither chose the moment.
[[nodiscard]] std::optional<std::chrono::nanoseconds> idle_at_end(const Connection& connection);

[[nodiscard]] bool is_thrown_away(const Connection& connection, const Usage& usage, const Ending& ending);

}  // namespace sockwarden
