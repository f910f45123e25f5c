// What a process waits for that is no TCP connection and no thread of its own: a request that it holds may wait for the
// same.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "agent/contract/question.h"
#include "agent/proc/process_view.h"

namespace sockwarden {

struct Upstream {
  enum class Kind {
    pipe,         ///< of which another process has the other end
    unix_socket,  ///< connected to another process
    child,        ///< started since the request came
    unseen,       ///< more is waited for than can be looked at
  };
  Kind kind = Kind::pipe;
  std::uint32_t number = 0;  ///< descriptor, or pid of the child
};

/// Of one process. Standard input is where a program is told to stop, and not asked for anything.
class UpstreamFinder {
 public:
  /// `known_socket` knows the TCP sockets, which are looked after elsewhere.
  UpstreamFinder(ProcessView& process, HasSocketTimeout known_socket)
      : process_(process), known_socket_(std::move(known_socket)) {}

  /// For a request that came so long ago.
  [[nodiscard]] std::optional<Upstream> find(std::chrono::nanoseconds waited);

 private:
  [[nodiscard]] std::optional<Upstream> descriptor();
  [[nodiscard]] std::optional<Upstream> behind(std::uint32_t fd);
  [[nodiscard]] std::optional<Upstream> child(std::chrono::nanoseconds waited);

  ProcessView& process_;
  HasSocketTimeout known_socket_;
  std::size_t looked_at_ = 0;
  std::optional<std::optional<Upstream>> descriptor_;
};

}  // namespace sockwarden
