// Which of the hooks of hook_list.h this kernel can run, and in which variant.
#pragma once

#include <bpf/libbpf.h>

#include <map>
#include <string>
#include <vector>

#include "agent/kernel/btf.h"
#include "agent/kernel/load.h"

namespace sockwarden {

/// ingress, egress: one cgroup_skb program, attached both ways. on_demand: a tracepoint that is attached now and then.
/// test_run: run by the agent, attached nowhere.
enum class Attachment { tracepoint, on_demand, cgroup, ingress, egress, iterator, test_run };

struct Hook {
  bpf_program* program = nullptr;
  Attachment attachment = Attachment::tracepoint;
  HookStatus status;  ///< with a reason: not to be loaded
};

/// What the kernel has refused so far, in its own words.
struct Refusals {
  std::map<std::string, std::string> programs;  ///< name → why
  std::string probe_read;                       ///< why not; empty = not refused
  std::string socket_storage;                   ///< why records can't live there
};

/// What was chosen for this kernel.
struct Choice {
  bool socket_storage = false;
  std::string socket_storage_reason;  ///< why not
  bool probe_read = true;
  int read_only_cast = 0;  ///< BTF type of bpf_rdonly_cast(), 0 = not used
  bool seed_orphans = false;
  std::string cgroup2;  ///< mount point, empty = none
};

[[nodiscard]] Choice choose(const KernelBtf& btf, const KernelOptions& options, const Refusals& refusals,
                            std::string cgroup2);

/// Every hook that the choice and the options call for, each with the best of its programs that this kernel has and has
/// not refused. All others are switched off.
[[nodiscard]] std::vector<Hook> list_hooks(bpf_object& object, const KernelBtf& btf, const Choice& choice,
                                           const KernelOptions& options, const Refusals& refusals);

}  // namespace sockwarden
