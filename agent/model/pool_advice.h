// Settings that a pool's figures suggest, each with its reason.
#pragma once

#include <string>
#include <vector>

#include "agent/model/pool.h"

namespace sockwarden {

struct PoolAdvice {
  std::string setting;  ///< "MaxIdleConnsPerHost"
  std::string value;    ///< "100"
  std::string reason;
};

[[nodiscard]] std::vector<PoolAdvice> advice_for(const PoolFigures& pool);

/// Connections that would have served the same traffic: the most that were in use at once.
[[nodiscard]] std::uint64_t needed_connections(const PoolFigures& pool);

/// Of all statements of a database, how many were sent as text; empty before the first.
[[nodiscard]] std::optional<double> text_share(const PoolFigures& pool);

}  // namespace sockwarden
