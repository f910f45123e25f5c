// The list of programs: what each hook tells, what is lost without it, and which of them this kernel can run.
#pragma once

#include <bpf/libbpf.h>

#include <string>
#include <vector>

#include "agent/kernel/btf.h"
#include "agent/kernel/kernel.h"

namespace sockwarden {

/// ingress, egress: one cgroup_skb program, attached both ways. on_demand: a tracepoint that is attached now and then.
enum class Attachment { tracepoint, on_demand, cgroup, ingress, egress, iterator };

struct Hook {
  bpf_program* program = nullptr;
  Attachment attachment = Attachment::tracepoint;
  HookStatus status;  ///< with a reason: not to be loaded
};

/// What was chosen for this kernel.
struct Choice {
  bool socket_storage = false;
  int read_only_cast = 0;  ///< BTF type of bpf_rdonly_cast(), 0 = not used
  bool reset_reason = false;
  std::string cgroup2;  ///< mount point, empty = none
};

[[nodiscard]] Choice choose(const KernelBtf& btf, const KernelVariant& variant, std::string cgroup2);

/// Every hook that the choice and the options call for. The programs of other variants are switched off.
[[nodiscard]] std::vector<Hook> list_hooks(bpf_object& object, const KernelBtf& btf, const Choice& choice,
                                           const KernelOptions& options);

}  // namespace sockwarden
