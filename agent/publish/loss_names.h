#pragma once

#include "bpf/record.h"

namespace sockwarden {

/// The word for a kind of loss in metrics and JSON: "detail", "record", …; null for a number that is no longer used.
[[nodiscard]] const char* name_of_loss(sw_loss loss);

}  // namespace sockwarden
