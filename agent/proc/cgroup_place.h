// What the path of a control group says of a process: its container, its Kubernetes pod, its systemd unit. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sockwarden {

/// What the path does not say is empty. Of nested ones, the innermost.
struct CgroupPlace {
  /// 64 hexadecimal digits, or 32 below a container engine's name; of LXC the container's name.
  std::string container_id;
  std::string container_runtime;  ///< "docker", "containerd", "cri-o", "podman", "lxc"; empty where only the id is told
  std::string pod_uid;            ///< of Kubernetes, with its dashes
  std::string slice;              ///< "system.slice"
  std::string unit;               ///< "orders.service", "session-3.scope"
  /// The unit is a service of its own, not a user's manager, nor what the container runs under.
  bool is_service = false;
};

[[nodiscard]] CgroupPlace place_in(std::string_view cgroup);

}  // namespace sockwarden
