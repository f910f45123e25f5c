// Whether the peers of some connections are all that can get a process to go on.
#pragma once

#include "agent/evidence/probe.h"

namespace sockwarden {

/// For a wait that nothing ends (`Verdict::infinite`): no thread of the process waits for anything besides the
/// question's sockets and its own other threads. Of a connection whose protocol is not known, silence may be what was
/// asked for; a program that has nothing else to do waits for it all the same.
[[nodiscard]] bool is_sole_wait(Probe& probe);

}  // namespace sockwarden
