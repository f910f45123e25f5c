#include "agent/kernel/capability_needs.h"

#include <linux/capability.h>

#include <cerrno>
#include <vector>

namespace sockwarden {
namespace {

/// /proc and memory of other users' processes.
const Capabilities to_read_processes{CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};

/// The last one has all that loading takes.
const std::vector<Capabilities> for_the_kernel_side{
    {}, {CAP_BPF}, {CAP_BPF, CAP_NET_ADMIN}, {CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON}};

bool is_refusal(int code) { return code == EPERM || code == EACCES; }

bool tables_are_open(const sockwarden_bpf& skeleton) {
  std::vector<__u64> values(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)));
  const __u32 first = 0, absent = ~0U;
  if (bpf_map_lookup_elem(bpf_map__fd(skeleton.maps.losses), &first, values.data()) != 0) return false;
  if (bpf_map_delete_elem(bpf_map__fd(skeleton.maps.processes), &absent) != 0 && is_refusal(errno)) return false;
  sw_endpoint_key next{}, key{};
  sw_totals totals{};
  __u32 count = 1;
  return bpf_map_lookup_batch(bpf_map__fd(skeleton.maps.endpoints), nullptr, &next, &key, &totals, &count, nullptr) ==
             0 ||
         !is_refusal(errno);
}

bool programs_run(const Object& object) {
  const auto iterator = object.open_iterator(object.skeleton->progs.descriptor_seen);
  if (!iterator && is_refusal(iterator.error().code)) return false;
  if (const bpf_program* ending = object.ending_program()) {
    const auto run = Object::run(ending, 0);
    if (!run && is_refusal(run.error().code)) return false;
  }
  bpf_prog_info info{};
  __u32 bytes = sizeof(info);
  return bpf_obj_get_info_by_fd(bpf_program__fd(object.skeleton->progs.descriptor_seen), &info, &bytes) == 0;
}

bool hooks_come_back(Object& object) {
  const auto refused = [](const Link& link) { return !link && is_refusal(errno); };
  const auto& programs = object.skeleton->progs;
  const auto is_loaded = [](const bpf_program* program) { return bpf_program__fd(program) >= 0; };
  if (is_loaded(programs.socket_send) && refused(Link(bpf_program__attach(programs.socket_send)))) return false;
  if (!object.setsockopt) return true;
  // Beside the link that is there: the kernel looks at capabilities before anything else.
  return !refused(Link(bpf_program__attach_cgroup(programs.socket_option, object.cgroup.get())));
}

}  // namespace

Capabilities needed_after_attach(Object& object) {
  Capabilities needed;
  for (const Capabilities& more : for_the_kernel_side) {
    needed = to_read_processes;
    needed.insert(needed.end(), more.begin(), more.end());
    const LoweredCapabilities trial(needed);
    if (trial.ok() && tables_are_open(*object.skeleton) && programs_run(object) && hooks_come_back(object)) break;
  }
  return needed;
}

}  // namespace sockwarden
