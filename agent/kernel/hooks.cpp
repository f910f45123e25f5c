#include "agent/kernel/hooks.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace sockwarden {
namespace {

struct Entry {
  const char* program;
  const char* name;
  Attachment attachment;
  bool required;
  const char* gives;
  const char* lost;
};

constexpr auto tracepoint = Attachment::tracepoint;
constexpr auto on_demand = Attachment::on_demand;
constexpr auto cgroup = Attachment::cgroup;
constexpr auto iterator = Attachment::iterator;

constexpr std::array entries{
    Entry{"socket_state", "inet_sock_set_state", tracepoint, true, "connections opened and closed, by whom and how",
          "everything"},
    Entry{"socket_receive", "tcp_rcv_space_adjust", tracepoint, true, "turns, idle times, owners of accepted sockets",
          "turns and idle times"},
    Entry{"socket_receive_by_helper", "tcp_rcv_space_adjust", tracepoint, true,
          "turns, idle times, owners of accepted sockets", "turns and idle times"},
    Entry{"socket_send", "sock_send_length", on_demand, false, "when a late message was given to the kernel",
          "Nagle's algorithm against delayed acknowledgements is not told"},
    Entry{"socket_reset_sent_reason", "tcp_send_reset", tracepoint, false, "our resets and their reason",
          "which closes were resets of ours"},
    Entry{"socket_reset_sent", "tcp_send_reset", tracepoint, false, "our resets", "which closes were resets of ours"},
    Entry{"socket_reset_received", "tcp_receive_reset", tracepoint, false, "the peer's resets",
          "a peer's reset shows as an error"},
    Entry{"socket_destroyed", "tcp_destroy_sock", tracepoint, true, "the end of a socket", "details of resets"},
    Entry{"process_exec", "sched_process_exec", tracepoint, false, "a process that becomes another program",
          "connections opened after an exec count under the old name"},
    Entry{"process_exit", "sched_process_exit", tracepoint, false, "the end of a process",
          "rows of ended processes are kept until their pid is seen to be gone"},
    Entry{"socket_release", "sock_release", cgroup, false, "close() told apart from shutdown()",
          "shutdown(SHUT_RDWR) counts as a close"},
    Entry{"socket_option", "setsockopt", cgroup, false, "which socket options programs set",
          "counts of setsockopt; the options in force are still seen"},
    Entry{"socket_connect4", "connect4", cgroup, false, "IPv4 connects that fail before a SYN is sent",
          "connects without a route are not counted"},
    Entry{"socket_connect6", "connect6", cgroup, false, "IPv6 connects that fail before a SYN is sent",
          "connects without a route are not counted"},
    Entry{"socket_bind4", "bind4", cgroup, false, "IPv4 binds that are refused", "restarts without SO_REUSEADDR"},
    Entry{"socket_bound4", "post_bind4", cgroup, false, "IPv4 binds that succeed", "restarts without SO_REUSEADDR"},
    Entry{"socket_bind6", "bind6", cgroup, false, "IPv6 binds that are refused", "restarts without SO_REUSEADDR"},
    Entry{"socket_bound6", "post_bind6", cgroup, false, "IPv6 binds that succeed", "restarts without SO_REUSEADDR"},
    Entry{"peek", "cgroup_skb/ingress", Attachment::ingress, false,
          "protocols and phases, from the first bytes received", "protocols are unknown and phases coarse"},
    Entry{"peek", "cgroup_skb/egress", Attachment::egress, false, "protocols and phases, from the first bytes sent",
          "protocols are unknown and phases coarse"},
    Entry{"descriptor_seen", "task_file", iterator, true, "descriptors, and who holds which connection",
          "owners and descriptors"},
    Entry{"scan_sockets", "bpf_sk_storage_map", iterator, true, "the state of every connection", "live connections"},
    Entry{"scan_hash", "bpf_map_elem", iterator, true, "the state of every connection", "live connections"},
    Entry{"scan_ending", "bpf_map_elem", iterator, false, "the end of closed connections whose own event was not seen",
          "a connection that ends in a process hidden from tracing programs stays open in the counts"},
    Entry{"seed_orphans", "tcp", iterator, false, "connections older than the agent that no descriptor refers to",
          "connections in accept queues before the agent started"},
};

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
  }
  return "";
}

/// Empty: part of what was chosen.
bool belongs(const std::string& program, const Choice& choice, const KernelOptions& options) {
  if (program == "socket_receive") return choice.read_only_cast != 0;
  if (program == "socket_receive_by_helper") return choice.read_only_cast == 0;
  if (program == "socket_reset_sent_reason") return choice.reset_reason;
  if (program == "socket_reset_sent") return !choice.reset_reason;
  if (program == "scan_sockets") return choice.socket_storage;
  if (program == "scan_hash") return !choice.socket_storage;
  if (program == "peek") return options.peek;
  return true;
}

/// What a user misses with the poorer variant of a program.
std::string lost_by_variant(const std::string& program, const Choice& choice, const KernelOptions& options) {
  if (program == "socket_state" && !choice.socket_storage)
    return "connections beyond " + std::to_string(options.max_sockets) +
           " at a time are not watched (kernel.max_sockets); each is a sockwarden_losses_total{kind=\"record\"}";
  if (program == "socket_reset_sent") return "why a reset of ours was sent";
  return {};
}

std::string variant_of(const std::string& program, const Choice& choice) {
  if (program == "socket_state") return choice.socket_storage ? "socket storage" : "hash";
  if (program == "socket_reset_sent_reason") return "with reason";
  if (program == "socket_reset_sent") return "without reason";
  if (program == "descriptor_seen") return choice.socket_storage ? "bpf_sock_from_file" : "probe_read";
  if (program == "socket_receive") return "bpf_rdonly_cast";
  if (program == "socket_receive_by_helper") return "bpf_skc_to_tcp_sock";
  if (program == "socket_send") return "on demand";
  return {};
}

std::string why_not(const Entry& entry, const KernelBtf& btf, const Choice& choice, const KernelOptions& options) {
  if (entry.attachment == on_demand && options.variant.force_receive_only) return "left out by --kernel-variant";
  if ((entry.attachment == tracepoint || entry.attachment == on_demand) && !btf.tracepoint_arguments(entry.name))
    return "this kernel has no tracepoint " + std::string(entry.name);
  if (entry.attachment == iterator && !btf.iterator(entry.name))
    return "this kernel has no iterator over " + std::string(entry.name);
  const bool by_cgroup =
      entry.attachment == cgroup || entry.attachment == Attachment::ingress || entry.attachment == Attachment::egress;
  if (by_cgroup && choice.cgroup2.empty())
    return "no cgroup2 is mounted; mount it: mount -t cgroup2 none /sys/fs/cgroup";
  return {};
}

}  // namespace

Choice choose(const KernelBtf& btf, const KernelVariant& variant, std::string cgroup2) {
  Choice choice;
  choice.socket_storage = btf.socket_storage_in_tracing() && btf.iterator("bpf_sk_storage_map") && !variant.force_hash;
  choice.read_only_cast = variant.force_no_cast ? 0 : btf.function("bpf_rdonly_cast");
  choice.reset_reason = btf.tracepoint_arguments("tcp_send_reset").value_or(0) >= 3 && !variant.force_no_reason;
  choice.cgroup2 = std::move(cgroup2);
  return choice;
}

std::vector<Hook> list_hooks(bpf_object& object, const KernelBtf& btf, const Choice& choice,
                             const KernelOptions& options) {
  std::vector<Hook> hooks;
  for (const Entry& entry : entries) {
    bpf_program* program = bpf_object__find_program_by_name(&object, entry.program);
    if (program == nullptr) continue;
    if (!belongs(entry.program, choice, options)) {
      bpf_program__set_autoload(program, false);
      continue;
    }
    Hook hook{program, entry.attachment,
              HookStatus{.name = entry.name,
                         .kind = kind_of(entry.attachment),
                         .gives = entry.gives,
                         .attached = false,
                         .variant = variant_of(entry.program, choice),
                         .reason = why_not(entry, btf, choice, options),
                         .lost = entry.lost,
                         .variant_reason = {},
                         .lost_by_variant = lost_by_variant(entry.program, choice, options),
                         .required = entry.required}};
    bpf_program__set_autoload(program, hook.status.reason.empty());
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

}  // namespace sockwarden
