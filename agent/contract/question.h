// What a detector asks of a process: will anything ever end this wait?
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

namespace sockwarden {

enum class WaitDirection {
  receive,
  send,
  connect,
  work,  ///< the peer has done its part: will the process itself go on?
};

/// How far a connection has come. Of a wait for the rest of a message, whose bytes may drip, nothing.
struct Progress {
  std::uint64_t received = 0, sent = 0;
  bool operator==(const Progress&) const = default;
};

using SocketInodes = std::unordered_set<std::uint64_t>;

/// A connection that already waits too long, as the sample that noticed it saw it.
struct Question {
  std::uint64_t connection = 0;  ///< identity, handed back
  std::uint32_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< of that pid; 0 = do not check
  std::optional<std::uint32_t> fd;
  std::uint64_t inode = 0;     ///< of the socket; 0 = unknown
  bool serves_http_1 = false;  ///< the process is the server of a connection of HTTP/1
  WaitDirection direction = WaitDirection::receive;
  std::uint32_t worker = 0;  ///< thread that last received from it; 0 = unknown
  std::chrono::nanoseconds waited{};
  Progress progress;                           ///< as the sample saw it
  std::chrono::nanoseconds receive_timeout{};  ///< SO_RCVTIMEO, 0 = none
  std::chrono::nanoseconds send_timeout{};     ///< SO_SNDTIMEO, 0 = none
  bool keep_alive = false;
  std::chrono::milliseconds user_timeout{};  ///< TCP_USER_TIMEOUT, 0 = none
  std::vector<std::uint32_t> holders;        ///< other processes known to hold a descriptor of it
  /// Does the process wait for anything besides these, its own among them? Null = it is not asked.
  std::shared_ptr<const SocketInodes> besides;
};

/// Whether SO_RCVTIMEO or SO_SNDTIMEO is set on the socket with this inode; nothing if the socket is not known.
using HasSocketTimeout = std::function<std::optional<bool>(std::uint64_t inode)>;

}  // namespace sockwarden
