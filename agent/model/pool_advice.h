// Settings that a pool's figures suggest, each with its reason.
#pragma once

#include <string>
#include <vector>

#include "agent/model/pool_figures.h"

namespace sockwarden {

struct PoolAdvice {
  std::string setting;  ///< in no language's words: "idle connections kept"
  std::string value;    ///< "100"
  std::string reason;
  std::string known_as;  ///< what it is called: "Go MaxIdleConnsPerHost, Python pool_maxsize"; may be empty
};

[[nodiscard]] std::vector<PoolAdvice> advice_for(const PoolFigures& pool);

/// Connections that would have served the same traffic: the most that were in use at once.
[[nodiscard]] std::uint64_t needed_connections(const PoolFigures& pool);

/// Of all statements of a database, how many were sent as text; empty before the first.
[[nodiscard]] std::optional<double> text_share(const PoolFigures& pool);

}  // namespace sockwarden
