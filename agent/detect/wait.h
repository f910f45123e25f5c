// A connection's phase as a wait for its peer: what it is called, which way it looks, since when it lasts.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "agent/contract/question.h"
#include "agent/detect/wait_history.h"
#include "agent/model/model.h"
#include "agent/model/phase.h"

namespace sockwarden {

struct Wait {
  const Connection* connection = nullptr;
  std::string phase;  ///< "header": the qualifier of a missing timeout
  WaitDirection direction = WaitDirection::receive;
  Instant since{};
  bool drips = false;  ///< it is for the rest of a message: what trickles in does not end it
  /// What shows that it is a wait for the peer, and neither rest nor the silence that was asked for.
  enum class Shown {
    by_its_bytes,
    by_blocked_thread,  ///< blocked on the connection itself, and on nothing else
    by_habit,           ///< so, and whatever the program said there before was answered at once
    by_sole_wait,       ///< what was asked was not seen, and nothing ever came: the process waits for nothing else
    by_nothing,         ///< what was asked was not seen, and something came before
  };
  Shown shown = Shown::by_its_bytes;
};

/// Where the connection waits for its peer in a way that a timeout should end. Silence that its protocol asks for,
/// idle clients and what cannot be told apart from them are no waits.
[[nodiscard]] std::optional<Wait> wait_of(const Connection& connection, Instant now);

/// Where a server waits for the first byte of a client, which its protocol, known from others, wants at once.
[[nodiscard]] std::optional<Wait> silent_client(const Connection& connection);

/// Not a byte went either way since the connection was made.
[[nodiscard]] bool nothing_said(const Connection& connection);

/// A request that is complete, and not answered: the server's own doing.
[[nodiscard]] std::optional<Wait> unanswered(const Connection& connection);

/// "10.0.0.7:8080": a client's peer, a server's own address.
[[nodiscard]] std::string endpoint_of(const Connection& connection);

[[nodiscard]] WaitKey key_of(const Process& process, const Connection& connection, const std::string& phase);

}  // namespace sockwarden
