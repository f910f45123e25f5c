#pragma once

#include <string>

namespace sockwarden {

/// Of this kernel (Documentation/admin-guide/kernel-parameters, lockdown=): "none", "integrity", "confidentiality", or
/// "unknown: why". Where securityfs is not mounted it is looked at through a mount that nobody else sees.
[[nodiscard]] std::string kernel_lockdown();

}  // namespace sockwarden
