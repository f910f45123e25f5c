// Which goroutine works on the request that came over a descriptor (net/http, HTTP/1).
#pragma once

#include <cstdint>
#include <vector>

#include "agent/runtimes/go_goroutines.h"

namespace sockwarden {

/// `reader`: the goroutine for which the poller keeps the descriptor's next bytes. While a handler works, net/http
/// reads in the background to learn whether the client has gone (src/net/http/server.go: connReader), and knows the
/// connection that the handler's goroutine serves. Null unless exactly one does.
[[nodiscard]] const Goroutine* find_handler(const std::vector<Goroutine>& goroutines, std::uint64_t reader,
                                            const GoModule& module, GoMemory& memory);

}  // namespace sockwarden
