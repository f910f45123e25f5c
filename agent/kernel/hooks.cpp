#include "agent/kernel/hooks.h"

#include <string_view>
#include <utility>

#include "agent/kernel/hook_list.h"

namespace sockwarden {
namespace {

const char* kind_of(Attachment attachment) {
  switch (attachment) {
    case Attachment::tracepoint:
    case Attachment::on_demand:
      return "tp_btf";
    case Attachment::cgroup:
    case Attachment::ingress:
    case Attachment::egress:
      return "cgroup";
    case Attachment::iterator:
      return "iterator";
    case Attachment::test_run:
      return "test_run";
  }
  return "";
}

/// Empty: this kernel may have it.
std::string why_not(const HookEntry& entry, const HookSituation& situation) {
  if (entry.needs != nullptr) {
    if (std::string reason = entry.needs(situation); !reason.empty()) return reason;
  }
  switch (entry.attachment) {
    case Attachment::tracepoint:
    case Attachment::on_demand:
      if (!situation.btf.tracepoint_arguments(entry.name))
        return "this kernel has no tracepoint " + std::string(entry.name);
      break;
    case Attachment::iterator:
      if (!situation.btf.iterator(entry.name)) return "this kernel has no iterator over " + std::string(entry.name);
      break;
    case Attachment::cgroup:
    case Attachment::ingress:
    case Attachment::egress:
      if (situation.choice.cgroup2.empty())
        return "no cgroup2 is mounted; mount it: mount -t cgroup2 none /sys/fs/cgroup";
      break;
    case Attachment::test_run:
      break;
  }
  return {};
}

bool are_variants(const HookEntry& a, const HookEntry& b) {
  return a.attachment == b.attachment && std::string_view(a.name) == b.name;
}

HookStatus status_of(const HookEntry& entry, const HookSituation& situation) {
  HookStatus status{.name = entry.name,
                    .kind = kind_of(entry.attachment),
                    .gives = entry.gives,
                    .attached = false,
                    .variant = entry.variant,
                    .reason = {},
                    .lost = entry.lost,
                    .variant_reason = {},
                    .unseen = {},
                    .lost_by_variant = entry.lost_by_variant,
                    .required = entry.required};
  if (entry.tells != nullptr) entry.tells(status, situation);
  return status;
}

}  // namespace

Choice choose(const KernelBtf& btf, const KernelOptions& options, const Refusals& refusals, std::string cgroup2) {
  Choice choice;
  if (options.variant.force_hash)
    choice.socket_storage_reason = "left out by --kernel-variant";
  else if (!btf.socket_storage_in_tracing())
    choice.socket_storage_reason = "this kernel keeps no socket storage for tracing programs; it came with 5.11";
  else
    choice.socket_storage_reason = refusals.socket_storage;
  choice.socket_storage = choice.socket_storage_reason.empty();
  choice.probe_read = !choice.socket_storage || refusals.probe_read.empty();  // the hash is nothing without it
  choice.read_only_cast = options.variant.force_no_cast ? 0 : btf.function("bpf_rdonly_cast");
  choice.seed_orphans = options.seed_orphans.value_or(!choice.socket_storage);
  choice.cgroup2 = std::move(cgroup2);
  return choice;
}

std::vector<Hook> list_hooks(bpf_object& object, const KernelBtf& btf, const Choice& choice,
                             const KernelOptions& options, const Refusals& refusals) {
  std::vector<Hook> hooks;
  const HookSituation situation{btf, choice, options};
  const HookEntry* last = nullptr;
  bool is_chosen = false;
  std::string reasons;  // why not the better ones
  for (const HookEntry& entry : hook_list()) {
    bpf_program* program = bpf_object__find_program_by_name(&object, entry.program);
    if (program == nullptr) continue;
    const bool is_another = last != nullptr && are_variants(*last, entry);
    last = &entry;
    if (!is_another) {
      is_chosen = false;
      reasons.clear();
    }
    if (is_chosen || (entry.wanted != nullptr && !entry.wanted(situation))) {
      bpf_program__set_autoload(program, false);
      continue;
    }
    HookStatus status = status_of(entry, situation);
    if (status.variant_reason.empty()) status.variant_reason = reasons;
    status.reason = why_not(entry, situation);
    if (const auto refused = refusals.programs.find(entry.program);
        status.reason.empty() && refused != refusals.programs.end())
      status.reason = refused->second;
    is_chosen = status.reason.empty();
    bpf_program__set_autoload(program, is_chosen);
    if (!is_chosen) reasons += (reasons.empty() ? "" : "; ") + std::string(entry.variant) + ": " + status.reason;
    if (is_another) hooks.pop_back();  // the better one, which this kernel does not take
    hooks.push_back(Hook{program, entry.attachment, std::move(status)});
  }
  return hooks;
}

}  // namespace sockwarden
