// Which endpoints have a row of their own, and what is in it.
#pragma once

#include "agent/model/rows.h"

namespace sockwarden {

/// What has no row of its own, by identity and role.
struct FoldedEndpoints {
  std::map<RoleKey, sw_totals> present;
  std::map<RoleKey, std::uint64_t> unattributed_live;  ///< connections of process 0, by whom they were given to
};

/// Updates the endpoints in memory from the sample.
[[nodiscard]] FoldedEndpoints take_endpoints(RowContext& context);

}  // namespace sockwarden
