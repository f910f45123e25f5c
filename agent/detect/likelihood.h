// What is said of a wait that nothing proves endless.
#pragma once

#include "agent/detect/observed_wait.h"
#include "agent/detect/suspect.h"
#include "agent/detect/wait_history.h"

namespace sockwarden {

/// Whether it has lasted longer than any limit that people set, and than what this program and this peer ever took.
[[nodiscard]] bool is_likely_endless(const Suspect& suspect, const Evidence& evidence, const WaitKey& key,
                                     const WaitHistory& history);

/// A wait as it is told, of which `proven` is decided already.
[[nodiscard]] ObservedWait observed(const Suspect& suspect, const Process& process, const Evidence& evidence,
                                    const WaitKey& key, const WaitHistory& history, bool proven);

}  // namespace sockwarden
