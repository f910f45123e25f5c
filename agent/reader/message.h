// Messages on a socket: four bytes of length, then as many of text. Either side takes the other's bytes for hostile.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sockwarden {

/// A question or an answer is far below it.
inline constexpr std::size_t longest_message = 4 << 20;

enum class MessageFailure {
  closed,     ///< the other side is gone
  late,       ///< nothing, or not all of it, came in time
  too_long,   ///< it says that it is longer than any message is
  cancelled,  ///< by `cancel`
};

/// When to give up, and for what reason besides.
struct Patience {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  int cancel = -1;  ///< a descriptor; once it is readable, nothing is waited for any more
};

[[nodiscard]] tl::expected<void, MessageFailure> send_message(int socket, std::string_view text,
                                                              const Patience& patience = {});
[[nodiscard]] tl::expected<std::string, MessageFailure> receive_message(int socket, const Patience& patience = {});

}  // namespace sockwarden
