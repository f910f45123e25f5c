// What this host offers, found out without loading anything that stays.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sockwarden {

struct HostAbility {
  std::string kernel_release;
  bool btf = false;
  std::string lockdown;  ///< "none", "integrity", "confidentiality", or "unknown: why"
  std::string cgroup2;   ///< mount point, empty = none
  std::vector<std::pair<std::string, bool>> capabilities;  ///< "CAP_BPF" → held
};
[[nodiscard]] HostAbility probe_host();

}  // namespace sockwarden
