#include "agent/kernel/hook_list.h"

#include <array>

namespace sockwarden {
namespace {

constexpr const char* left_out = "left out by --kernel-variant";

std::string needs_send_times(const HookSituation& situation) {
  return situation.options.variant.force_receive_only ? left_out : "";
}

std::string needs_cast(const HookSituation& situation) {
  if (situation.options.variant.force_no_cast) return left_out;
  return situation.choice.read_only_cast == 0 ? "this kernel has no bpf_rdonly_cast(), which came with 6.2" : "";
}

std::string needs_reset_reason(const HookSituation& situation) {
  if (situation.options.variant.force_no_reason) return left_out;
  constexpr int with_reason = 3;
  const auto arguments = situation.btf.tracepoint_arguments("tcp_send_reset");
  return arguments && *arguments < with_reason ? "this kernel gives no reason with a reset; it came with 6.10" : "";
}

bool wants_protocols(const HookSituation& situation) { return situation.options.protocol_parser; }
bool wants_orphans(const HookSituation& situation) { return situation.choice.seed_orphans; }

void tell_where_records_live(HookStatus& status, const HookSituation& situation) {
  status.variant = situation.choice.socket_storage ? "socket storage" : "hash";
  status.variant_reason = situation.choice.socket_storage_reason;
  if (!situation.choice.socket_storage)
    status.lost_by_variant = "connections beyond " + std::to_string(situation.options.max_sockets) +
                             " at a time are not watched (kernel.max_sockets); each is a "
                             "sockwarden_losses_total{kind=\"record\"}";
}

void tell_what_no_descriptor_shows(HookStatus& status, const HookSituation& situation) {
  status.variant = situation.choice.socket_storage ? "bpf_sock_from_file" : "probe_read";
  status.unseen =
      "connections that no descriptor refers to: in an accept queue, in a message under way, among io_uring's "
      "fixed files. They are in all counts, and told one by one at their end";
  if (!situation.choice.seed_orphans)
    status.unseen += "; of those in an accept queue since before the agent, once they are accepted";
}

constexpr std::array entries{
    HookEntry{.program = "socket_state",
              .name = "inet_sock_set_state",
              .required = true,
              .gives = "connections opened and closed, by whom and how",
              .lost = "everything",
              .tells = tell_where_records_live},
    HookEntry{.program = "socket_receive",
              .name = "tcp_rcv_space_adjust",
              .required = true,
              .gives = "exchanges, idle times, owners of accepted sockets",
              .lost = "exchanges and idle times",
              .variant = "bpf_rdonly_cast",
              .needs = needs_cast},
    HookEntry{.program = "socket_receive_by_helper",
              .name = "tcp_rcv_space_adjust",
              .required = true,
              .gives = "exchanges, idle times, owners of accepted sockets",
              .lost = "exchanges and idle times",
              .variant = "bpf_skc_to_tcp_sock"},
    HookEntry{.program = "socket_send",
              .name = "sock_send_length",
              .attachment = Attachment::on_demand,
              .gives = "when a late message was given to the kernel",
              .lost = "Nagle's algorithm against delayed acknowledgements is not told",
              .variant = "on demand",
              .needs = needs_send_times},
    HookEntry{.program = "socket_reset_sent_reason",
              .name = "tcp_send_reset",
              .gives = "our resets and their reason",
              .lost = "which closes were resets of ours",
              .variant = "with reason",
              .needs = needs_reset_reason},
    HookEntry{.program = "socket_reset_sent",
              .name = "tcp_send_reset",
              .gives = "our resets",
              .lost = "which closes were resets of ours",
              .variant = "without reason",
              .lost_by_variant = "why a reset of ours was sent"},
    HookEntry{.program = "socket_reset_received",
              .name = "tcp_receive_reset",
              .gives = "the peer's resets",
              .lost = "a peer's reset shows as an error"},
    HookEntry{.program = "socket_destroyed",
              .name = "tcp_destroy_sock",
              .required = true,
              .gives = "the end of a socket",
              .lost = "details of resets"},
    HookEntry{.program = "process_exec",
              .name = "sched_process_exec",
              .gives = "a process that becomes another program",
              .lost = "connections opened after an exec count under the old name"},
    HookEntry{.program = "process_exit",
              .name = "sched_process_exit",
              .gives = "the end of a process",
              .lost = "rows of ended processes are kept until their pid is seen to be gone"},
    HookEntry{.program = "socket_release",
              .name = "sock_release",
              .attachment = Attachment::cgroup,
              .gives = "close() told apart from shutdown()",
              .lost = "shutdown(SHUT_RDWR) counts as a close"},
    HookEntry{.program = "socket_option",
              .name = "setsockopt",
              .attachment = Attachment::cgroup,
              .gives = "which socket options programs set",
              .lost = "counts of setsockopt; the options in force are still seen"},
    HookEntry{.program = "socket_connect4",
              .name = "connect4",
              .attachment = Attachment::cgroup,
              .gives = "IPv4 connects that fail before a SYN is sent",
              .lost = "connects without a route are not counted"},
    HookEntry{.program = "socket_connect6",
              .name = "connect6",
              .attachment = Attachment::cgroup,
              .gives = "IPv6 connects that fail before a SYN is sent",
              .lost = "connects without a route are not counted"},
    HookEntry{.program = "socket_bind4",
              .name = "bind4",
              .attachment = Attachment::cgroup,
              .gives = "IPv4 binds that are refused",
              .lost = "restarts without SO_REUSEADDR"},
    HookEntry{.program = "socket_bound4",
              .name = "post_bind4",
              .attachment = Attachment::cgroup,
              .gives = "IPv4 binds that succeed",
              .lost = "restarts without SO_REUSEADDR"},
    HookEntry{.program = "socket_bind6",
              .name = "bind6",
              .attachment = Attachment::cgroup,
              .gives = "IPv6 binds that are refused",
              .lost = "restarts without SO_REUSEADDR"},
    HookEntry{.program = "socket_bound6",
              .name = "post_bind6",
              .attachment = Attachment::cgroup,
              .gives = "IPv6 binds that succeed",
              .lost = "restarts without SO_REUSEADDR"},
    HookEntry{.program = "protocol_parser",
              .name = "cgroup_skb/ingress",
              .attachment = Attachment::ingress,
              .gives = "protocols and phases, from the first bytes received",
              .lost = "protocols are unknown and phases coarse",
              .wanted = wants_protocols},
    HookEntry{.program = "protocol_parser",
              .name = "cgroup_skb/egress",
              .attachment = Attachment::egress,
              .gives = "protocols and phases, from the first bytes sent",
              .lost = "protocols are unknown and phases coarse",
              .wanted = wants_protocols},
    HookEntry{.program = "descriptor_seen",
              .name = "task_file",
              .attachment = Attachment::iterator,
              .required = true,
              .gives = "the state of every connection that a descriptor refers to, who holds it, and all descriptors",
              .lost = "live connections, owners and descriptors",
              .tells = tell_what_no_descriptor_shows},
    HookEntry{.program = "ending_settle",
              .name = "ending_connections",
              .attachment = Attachment::test_run,
              .gives = "the end of closed connections whose own event was not seen",
              .lost = "a connection that ends in a process hidden from tracing programs stays open in the counts",
              .variant = "bpf_rdonly_cast",
              .needs = needs_cast},
    HookEntry{.program = "ending_settle_by_probe",
              .name = "ending_connections",
              .attachment = Attachment::test_run,
              .gives = "the end of closed connections whose own event was not seen",
              .lost = "a connection that ends in a process hidden from tracing programs stays open in the counts",
              .variant = "probe_read"},
    HookEntry{.program = "seed_orphans",
              .name = "tcp",
              .attachment = Attachment::iterator,
              .gives = "connections older than the agent that no descriptor refers to",
              .lost = "connections in accept queues before the agent started",
              .wanted = wants_orphans},
};

}  // namespace

std::span<const HookEntry> hook_list() { return entries; }

}  // namespace sockwarden
