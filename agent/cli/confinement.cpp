#include "agent/cli/confinement.h"

#include <linux/bpf.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>

#include <string>
#include <vector>

#include "agent/sandbox/capabilities.h"
#include "agent/sandbox/system_calls.h"

namespace sockwarden {
namespace {

void append(std::vector<std::string>& names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
}

SystemCalls calls_of_the_agent() {
  SystemCalls calls{calls_of_any_program(), {}};
  append(calls.names, calls_to_read_files());
  append(calls.names, calls_to_talk());
  // Of other processes: limits, memory, the path of a control group that is told by its number.
  append(calls.names, {"prlimit64", "process_vm_readv", "name_to_handle_at", "open_by_handle_at"});
  // A child that reads processes has less than this: it is started, confines itself, and is waited for.
  append(calls.names,
         {"arch_prctl", "capget", "capset", "close_range", "dup2", "execve", "kill", "landlock_add_rule",
          "landlock_create_ruleset", "landlock_restrict_self", "seccomp", "setrlimit", "vfork", "wait4", "waitid"});
  append(calls.names, {"sched_setscheduler", "setpriority"});  // of a thread of its own, to lower it
  // What is there is read and attached again; nothing is created, loaded, pinned or looked up by its number.
  calls.some.push_back({"bpf",
                        0,
                        {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
                         BPF_MAP_LOOKUP_AND_DELETE_ELEM, BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
                         BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH, BPF_PROG_TEST_RUN, BPF_OBJ_GET_INFO_BY_FD,
                         BPF_RAW_TRACEPOINT_OPEN, BPF_LINK_CREATE, BPF_LINK_DETACH, BPF_ITER_CREATE}});
  calls.some.push_back({"ioctl", 1, {TCGETS}});  // is it a terminal?
  return calls;
}

}  // namespace

void confine() {
  if (const auto allowed = allow_only(calls_of_the_agent()); !allowed)
    spdlog::warn("{}; it goes on without that limit", allowed.error().message());
  spdlog::info("capabilities from now on: {}", held_capabilities());
}

}  // namespace sockwarden
