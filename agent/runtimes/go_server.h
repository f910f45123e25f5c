// Which goroutine works on the request that came over a descriptor (net/http, HTTP/1).
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "agent/runtimes/go_goroutines.h"

namespace sockwarden {

/// The handlers of one look.
class GoHandlers {
 public:
  /// Refers to `goroutines` and `module`.
  GoHandlers(const std::vector<Goroutine>& goroutines, const GoModule& module);

  /// `reader`: the goroutine for which the poller keeps the descriptor's next bytes. While a handler works, net/http
  /// reads in the background to learn whether the client has gone (src/net/http/server.go: connReader), and knows the
  /// connection that the handler's goroutine serves. Null unless exactly one does.
  [[nodiscard]] const Goroutine* find(std::uint64_t reader, GoMemory& memory) const;

 private:
  const GoModule& module_;
  std::unordered_map<std::uint64_t, const Goroutine*> by_address_;
  std::unordered_map<std::uint64_t, const Goroutine*> by_pointer_;  ///< on the handler's stack; null = on several
};

}  // namespace sockwarden
