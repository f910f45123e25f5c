// What became of a program of the kernel side on this host.
#pragma once

#include <string>

namespace sockwarden {

/// One hook, for `sockwarden doctor` and the hooks metric.
struct HookStatus {
  std::string name;   ///< "inet_sock_set_state"
  std::string kind;   ///< "tp_btf", "cgroup", "iterator"
  std::string gives;  ///< what it tells: "connections opened and closed, by whom"
  bool attached = false;
  std::string variant;          ///< "socket storage", "hash", "with reason", … or empty
  std::string reason;           ///< why it is not attached, and what to do
  std::string lost;             ///< what is lost without it
  std::string variant_reason;   ///< why no better variant was chosen, in the kernel's own words; empty = it is the best
  std::string unseen;           ///< what it does not show on any kernel, though it is attached; empty = nothing
  std::string lost_by_variant;  ///< what `variant` loses against the best one; empty = nothing that a user would miss
  bool required = false;
};

}  // namespace sockwarden
