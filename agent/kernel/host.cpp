#include <sys/capability.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include "agent/kernel/host.h"
#include "agent/kernel/lockdown.h"
#include "agent/proc/cgroup_paths.h"

namespace sockwarden {
namespace {

bool holds(cap_value_t capability) {
  cap_t all = cap_get_proc();
  if (all == nullptr) return false;
  cap_flag_value_t value = CAP_CLEAR;
  cap_get_flag(all, capability, CAP_EFFECTIVE, &value);
  cap_free(all);
  return value == CAP_SET;
}

}  // namespace

HostAbility probe_host() {
  HostAbility host;
  utsname name{};
  if (uname(&name) == 0) host.kernel_release = name.release;
  host.btf = access("/sys/kernel/btf/vmlinux", R_OK) == 0;
  host.lockdown = kernel_lockdown();
  host.cgroup2 = find_cgroup2_mount().value_or("");
  const std::array wanted{std::pair{CAP_BPF, "CAP_BPF"},
                          std::pair{CAP_PERFMON, "CAP_PERFMON"},
                          std::pair{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
                          std::pair{CAP_SYS_PTRACE, "CAP_SYS_PTRACE"},
                          std::pair{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"},
                          std::pair{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}};
  for (const auto& [capability, text] : wanted) host.capabilities.emplace_back(text, holds(capability));
  return host;
}

}  // namespace sockwarden
