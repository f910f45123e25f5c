#include "agent/kernel/hooks.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace sockwarden {
namespace {

/// A program. Several in a row with one name and attachment are variants of one hook, the best first.
struct Entry {
  const char* program;
  const char* name;
  Attachment attachment;
  bool required;
  const char* gives;
  const char* lost;
  const char* variant = "";
  const char* lost_by_variant = "";
};

constexpr auto tracepoint = Attachment::tracepoint;
constexpr auto on_demand = Attachment::on_demand;
constexpr auto cgroup = Attachment::cgroup;
constexpr auto iterator = Attachment::iterator;
constexpr auto test_run = Attachment::test_run;

constexpr std::array entries{
    Entry{"socket_state", "inet_sock_set_state", tracepoint, true, "connections opened and closed, by whom and how",
          "everything"},
    Entry{"socket_receive", "tcp_rcv_space_adjust", tracepoint, true,
          "exchanges, idle times, owners of accepted sockets", "exchanges and idle times", "bpf_rdonly_cast"},
    Entry{"socket_receive_by_helper", "tcp_rcv_space_adjust", tracepoint, true,
          "exchanges, idle times, owners of accepted sockets", "exchanges and idle times", "bpf_skc_to_tcp_sock"},
    Entry{"socket_send", "sock_send_length", on_demand, false, "when a late message was given to the kernel",
          "Nagle's algorithm against delayed acknowledgements is not told", "on demand"},
    Entry{"socket_reset_sent_reason", "tcp_send_reset", tracepoint, false, "our resets and their reason",
          "which closes were resets of ours", "with reason"},
    Entry{"socket_reset_sent", "tcp_send_reset", tracepoint, false, "our resets", "which closes were resets of ours",
          "without reason", "why a reset of ours was sent"},
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
    Entry{"protocol_parser", "cgroup_skb/ingress", Attachment::ingress, false,
          "protocols and phases, from the first bytes received", "protocols are unknown and phases coarse"},
    Entry{"protocol_parser", "cgroup_skb/egress", Attachment::egress, false,
          "protocols and phases, from the first bytes sent", "protocols are unknown and phases coarse"},
    Entry{"descriptor_seen", "task_file", iterator, true,
          "the state of every connection that a descriptor refers to, who holds it, and all descriptors",
          "live connections, owners and descriptors"},
    Entry{"ending_settle", "ending_connections", test_run, false,
          "the end of closed connections whose own event was not seen",
          "a connection that ends in a process hidden from tracing programs stays open in the counts",
          "bpf_rdonly_cast"},
    Entry{"ending_settle_by_probe", "ending_connections", test_run, false,
          "the end of closed connections whose own event was not seen",
          "a connection that ends in a process hidden from tracing programs stays open in the counts", "probe_read"},
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
    case Attachment::test_run:
      return "test_run";
  }
  return "";
}

/// Whether a user who chose so wants it at all.
bool is_wanted(const Entry& entry, const Choice& choice, const KernelOptions& options) {
  const std::string_view program = entry.program;
  if (program == "protocol_parser") return options.protocol_parser;
  if (program == "seed_orphans") return choice.seed_orphans;
  return true;
}

/// Empty: this kernel may have it.
std::string why_not(const Entry& entry, const KernelBtf& btf, const Choice& choice, const KernelOptions& options) {
  const std::string_view program = entry.program;
  const auto& forced = options.variant;
  const char* const left_out = "left out by --kernel-variant";
  if (entry.attachment == on_demand && forced.force_receive_only) return left_out;
  if (program == "socket_reset_sent_reason" && forced.force_no_reason) return left_out;
  if (std::string_view(entry.variant) == "bpf_rdonly_cast") {
    if (forced.force_no_cast) return left_out;
    if (choice.read_only_cast == 0) return "this kernel has no bpf_rdonly_cast(), which came with 6.2";
  }
  if (entry.attachment == tracepoint || entry.attachment == on_demand) {
    const auto arguments = btf.tracepoint_arguments(entry.name);
    if (!arguments) return "this kernel has no tracepoint " + std::string(entry.name);
    if (program == "socket_reset_sent_reason" && *arguments < 3)
      return "this kernel gives no reason with a reset; it came with 6.10";
  }
  if (entry.attachment == iterator && !btf.iterator(entry.name))
    return "this kernel has no iterator over " + std::string(entry.name);
  const bool by_cgroup =
      entry.attachment == cgroup || entry.attachment == Attachment::ingress || entry.attachment == Attachment::egress;
  if (by_cgroup && choice.cgroup2.empty())
    return "no cgroup2 is mounted; mount it: mount -t cgroup2 none /sys/fs/cgroup";
  return {};
}

bool are_variants(const Entry& a, const Entry& b) {
  return a.attachment == b.attachment && std::string_view(a.name) == b.name;
}

/// What depends on where the records live.
void tell_records(HookStatus& status, std::string_view program, const Choice& choice, const KernelOptions& options) {
  if (program == "socket_state") {
    status.variant = choice.socket_storage ? "socket storage" : "hash";
    status.variant_reason = choice.socket_storage_reason;
    if (!choice.socket_storage)
      status.lost_by_variant = "connections beyond " + std::to_string(options.max_sockets) +
                               " at a time are not watched (kernel.max_sockets); each is a "
                               "sockwarden_losses_total{kind=\"record\"}";
  }
  if (program != "descriptor_seen") return;
  status.variant = choice.socket_storage ? "bpf_sock_from_file" : "probe_read";
  status.unseen =
      "connections that no descriptor refers to: in an accept queue, in a message under way, among io_uring's "
      "fixed files. They are in all counts, and told one by one at their end";
  if (!choice.seed_orphans)
    status.unseen += "; of those in an accept queue since before the agent, once they are accepted";
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
  const Entry* last = nullptr;
  bool is_chosen = false;
  std::string reasons;  // why not the better ones
  for (const Entry& entry : entries) {
    bpf_program* program = bpf_object__find_program_by_name(&object, entry.program);
    if (program == nullptr) continue;
    if (last == nullptr || !are_variants(*last, entry)) {
      is_chosen = false;
      reasons.clear();
    }
    const bool is_another = last != nullptr && are_variants(*last, entry);
    last = &entry;
    if (is_chosen || !is_wanted(entry, choice, options)) {
      bpf_program__set_autoload(program, false);
      continue;
    }
    std::string reason = why_not(entry, btf, choice, options);
    if (const auto refused = refusals.programs.find(entry.program);
        reason.empty() && refused != refusals.programs.end())
      reason = refused->second;
    HookStatus status{.name = entry.name,
                      .kind = kind_of(entry.attachment),
                      .gives = entry.gives,
                      .attached = false,
                      .variant = entry.variant,
                      .reason = reason,
                      .lost = entry.lost,
                      .variant_reason = reasons,
                      .unseen = {},
                      .lost_by_variant = entry.lost_by_variant,
                      .required = entry.required};
    tell_records(status, entry.program, choice, options);
    bpf_program__set_autoload(program, reason.empty());
    is_chosen = reason.empty();
    if (!reason.empty()) reasons += (reasons.empty() ? "" : "; ") + std::string(entry.variant) + ": " + reason;
    if (is_another) hooks.pop_back();  // the better one, which this kernel does not take
    hooks.push_back(Hook{program, entry.attachment, std::move(status)});
  }
  return hooks;
}

}  // namespace sockwarden
