#include "agent/reader/message.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace sockwarden {
namespace {

using Result = tl::expected<void, MessageFailure>;

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  if (deadline == std::chrono::steady_clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  constexpr std::int64_t most = 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, most));
}

Result wait_for(int socket, short events, const Patience& patience) {
  while (true) {
    std::array<pollfd, 2> set{pollfd{socket, events, 0}, pollfd{patience.cancel, POLLIN, 0}};
    const int ready = ::poll(set.data(), set.size(), milliseconds_until(patience.deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return tl::unexpected(MessageFailure::late);
    if (ready < 0) return tl::unexpected(MessageFailure::closed);
    if (set[1].revents != 0) return tl::unexpected(MessageFailure::cancelled);
    return {};
  }
}

/// `move` passes on some of the bytes, and says how many.
template <typename Move>
Result move_all(int socket, std::size_t bytes, short events, const Patience& patience, const Move& move) {
  for (std::size_t done = 0; done < bytes;) {
    if (auto waited = wait_for(socket, events, patience); !waited) return waited;
    const ssize_t moved = move(done);
    if (moved < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (moved <= 0) return tl::unexpected(MessageFailure::closed);
    done += static_cast<std::size_t>(moved);
  }
  return {};
}

Result send_all(int socket, const char* from, std::size_t bytes, const Patience& patience) {
  return move_all(socket, bytes, POLLOUT, patience, [&](std::size_t done) {
    return ::send(socket, from + done, bytes - done, MSG_DONTWAIT | MSG_NOSIGNAL);
  });
}

Result receive_all(int socket, char* to, std::size_t bytes, const Patience& patience) {
  return move_all(socket, bytes, POLLIN, patience,
                  [&](std::size_t done) { return ::recv(socket, to + done, bytes - done, MSG_DONTWAIT); });
}

}  // namespace

Result send_message(int socket, std::string_view text, const Patience& patience) {
  if (text.size() > longest_message) return tl::unexpected(MessageFailure::too_long);
  const auto length = static_cast<std::uint32_t>(text.size());
  std::array<char, sizeof(length)> head{};
  std::memcpy(head.data(), &length, sizeof(length));
  if (auto sent = send_all(socket, head.data(), head.size(), patience); !sent) return sent;
  return send_all(socket, text.data(), text.size(), patience);
}

tl::expected<std::string, MessageFailure> receive_message(int socket, const Patience& patience) {
  std::uint32_t length = 0;
  std::array<char, sizeof(length)> head{};
  if (auto got = receive_all(socket, head.data(), head.size(), patience); !got) return tl::unexpected(got.error());
  std::memcpy(&length, head.data(), sizeof(length));
  if (length > longest_message) return tl::unexpected(MessageFailure::too_long);
  std::string text(length, '\0');
  if (auto got = receive_all(socket, text.data(), text.size(), patience); !got) return tl::unexpected(got.error());
  return text;
}

}  // namespace sockwarden
