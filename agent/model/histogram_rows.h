// Which identities and roles have histograms of their own: a histogram is two dozen series, so that only the busiest
// have. Those of the others are summed in comm "other", and no count is ever taken back.
#pragma once

#include "agent/model/rows.h"

namespace sockwarden {

/// Fills in the histograms of the process rows, of what `memory` has published.
void build_histograms(RowContext& context);

}  // namespace sockwarden
