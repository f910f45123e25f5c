// How a client's connection ended, and whether its own program threw away what could have been used again.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "agent/model/model.h"

namespace sockwarden {

/// A close so soon after the response is part of handling it; a timer of a pool is never so quick.
inline constexpr std::chrono::milliseconds right_after{250};

struct Ending {
  std::uint64_t id = 0;
  Instant opened{};
  Instant closed{};    ///< its first end
  Instant released{};  ///< the program gave it up, or its first end where that is all that is known
  std::uint32_t stack_id = 0;
  std::uint32_t requests = 0;
  std::uint32_t unread_bytes = 0;
  ClosedBy closed_by = ClosedBy::none;
  bool undrained = false;               ///< closed by us, a response that allowed reuse not taken to its end
  bool asked_close = false;             ///< our request said that it would be the last one
  bool reusable = false;                ///< closed by us right after a full response, and another request was allowed
  bool stale = false;                   ///< a request was written although the peer had closed before
  bool propagated_close = false;        ///< closed by us as soon as a client that we serve had left
  bool discarded = false;               ///< our reset by SO_LINGER 0 threw away what was being delivered
  std::size_t name = 0;                 ///< hash of what the wire named: see name_of()
  std::chrono::nanoseconds idle{};      ///< before the first end
  std::chrono::nanoseconds survived{};  ///< see survived_idle()
  std::chrono::nanoseconds quiet{};     ///< of a stale one: from the last answer read to the peer's end
  std::chrono::nanoseconds stale_after{};  ///< of a stale one: from the last answer read to the write
};

[[nodiscard]] Ending ending_of(const Connection& connection);

/// Requests or statements that a client has sent, as far as the protocol tells them.
[[nodiscard]] std::uint32_t requests_of(const Connection& connection);

/// The longest time for which it was idle and was then used again, at the least: a long wait for an answer is none.
[[nodiscard]] std::chrono::nanoseconds survived_idle(const Connection& connection);

/// Host, TLS server name or "user/database"; empty where the wire told none.
[[nodiscard]] std::string_view name_of(const Connection& connection);

}  // namespace sockwarden
