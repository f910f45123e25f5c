// What the agent must be allowed once its programs are loaded and attached.
#pragma once

#include "agent/kernel/object.h"
#include "agent/sandbox/capabilities.h"

namespace sockwarden {

/// The fewest with which a scan, and letting hooks go and attaching them again, still work. Found by trying: kernels
/// since 5.19 ask for CAP_BPF where something is created, those before it in each call of bpf(2).
[[nodiscard]] Capabilities needed_after_attach(Object& object);

}  // namespace sockwarden
