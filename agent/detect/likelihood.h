// Whether a wait that nothing proves endless has gone on for so long that it is likely so.
#pragma once

#include "agent/detect/suspect.h"
#include "agent/detect/wait_history.h"

namespace sockwarden {

/// Far beyond what that endpoint usually takes, and beyond every limit that the program has shown.
[[nodiscard]] bool is_likely_endless(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                                     const WaitHistory& history);

}  // namespace sockwarden
