#include "agent/proc/cgroup_place.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

const std::string id64 = "3085bc81a5e30b4356bfe0962074e4eb3085bc81a5e30b4356bfe0962074e4eb";
const std::string id32 = "3085bc81a5e30b4356bfe0962074e4eb";
const std::string uid = "0ac9d2f6-2b3f-4a2e-8b9a-7f0d2d6cbb2e";
const std::string uid_in_slice = "0ac9d2f6_2b3f_4a2e_8b9a_7f0d2d6cbb2e";

struct Row {
  std::string cgroup, container_id, runtime, pod_uid, unit;
  bool is_service = false;
};

const Row rows[] = {
    // systemd alone
    {"/system.slice/orders.service", "", "", "", "orders.service", true},
    {"/system.slice/system-getty.slice/getty@tty1.service", "", "", "", "getty@tty1.service", true},
    {"/system.slice/docker.service", "", "", "", "docker.service", true},
    {"/user.slice/user-1000.slice/session-3.scope", "", "", "", "session-3.scope"},
    {"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x@1.service/sub", "", "", "", "app-x@1.service",
     true},
    {"/user.slice/user-1000.slice/user@1000.service/init.scope", "", "", "", "init.scope"},
    {"/init.scope", "", "", "", "init.scope"},
    {"/user.slice/user-1000.slice", "", "", "", ""},
    {"/", "", "", "", ""},
    {"/.service", "", "", "", ""},
    // Docker with the systemd and the cgroupfs driver, and within itself
    {"/system.slice/docker-" + id64 + ".scope", id64, "docker", "", "docker-" + id64 + ".scope"},
    {"/docker/" + id64, id64, "docker", "", ""},
    {"/docker/" + id64 + "/docker/" + std::string(64, 'a'), std::string(64, 'a'), "docker", "", ""},
    {"/../../docker/" + id64, id64, "docker", "", ""},  // from within a cgroup namespace
    // systemd in a container
    {"/docker/" + id64 + "/system.slice/nginx.service", id64, "docker", "", "nginx.service", true},
    // containerd: nerdctl, Kubernetes with each driver, and runc's path where both drivers are mixed up
    {"/system.slice/nerdctl-" + id64 + ".scope", id64, "containerd", "", "nerdctl-" + id64 + ".scope"},
    {"/kubepods/burstable/pod" + uid + "/" + id64, id64, "", uid, ""},
    {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + uid_in_slice + ".slice/cri-containerd-" +
         id64 + ".scope",
     id64, "containerd", uid, "cri-containerd-" + id64 + ".scope"},
    {"/kubepods.slice/kubepods-pod" + id32 + ".slice/cri-containerd-" + id64 + ".scope", id64, "containerd", id32,
     "cri-containerd-" + id64 + ".scope"},  // a static pod
    {"/system.slice/containerd.service/kubepods-burstable-pod" + uid_in_slice + ".slice:cri-containerd:" + id64, id64,
     "containerd", uid, "containerd.service"},
    // kind: Kubernetes in Docker
    {"/docker/" + std::string(64, 'a') + "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + uid_in_slice +
         ".slice/cri-containerd-" + id64 + ".scope",
     id64, "containerd", uid, "cri-containerd-" + id64 + ".scope"},
    // CRI-O
    {"/kubepods.slice/kubepods-pod" + uid_in_slice + ".slice/crio-" + id64 + ".scope/container", id64, "cri-o", uid,
     "crio-" + id64 + ".scope"},
    {"/kubepods.slice/kubepods-pod" + uid_in_slice + ".slice/crio-conmon-" + id64 + ".scope", "", "", uid,
     "crio-conmon-" + id64 + ".scope"},
    // Podman: root's, a user's, its pod, its monitor
    {"/machine.slice/libpod-" + id64 + ".scope/container", id64, "podman", "", "libpod-" + id64 + ".scope"},
    {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id64 + ".scope", id64, "podman", "",
     "libpod-" + id64 + ".scope"},
    {"/machine.slice/machine-libpod_pod_" + std::string(64, 'b') + ".slice/libpod-" + id64 + ".scope", id64, "podman",
     "", "libpod-" + id64 + ".scope"},
    {"/libpod_parent/libpod-" + id64, id64, "podman", "", ""},
    {"/machine.slice/libpod-conmon-" + id64 + ".scope", "", "", "", "libpod-conmon-" + id64 + ".scope"},
    // LXC, LXD and Proxmox
    {"/lxc.payload.web1/system.slice/nginx.service", "web1", "lxc", "", "nginx.service", true},
    {"/lxc.monitor.web1", "", "", "", ""},
    {"/lxc/101/ns/init.scope", "101", "lxc", "", "init.scope"},
    // Amazon's ECS and Fargate
    {"/ecs/" + id32 + "/" + id64, id64, "", "", ""},
    {"/ecs/" + id32 + "/" + id32 + "-2531612879", id32, "", "", ""},
    // What only looks like a container or a pod
    {"/process/" + id32, "", "", "", ""},
    {"/kubepods.slice/kubepods-pod" + id32 + ".slice", "", "", id32, ""},
    {"/docker/" + id64.substr(1) + "g", "", "", "", ""},
    {"/podman/pod-of-mine", "", "", "", ""},
};

}  // namespace

TEST_CASE("containers, pods and units are found in the shapes that engines, Kubernetes and systemd use") {
  for (const Row& row : rows) {
    INFO(row.cgroup);
    const CgroupPlace place = place_in(row.cgroup);
    CHECK(place.container_id == row.container_id);
    CHECK(place.container_runtime == row.runtime);
    CHECK(place.pod_uid == row.pod_uid);
    CHECK(place.unit == row.unit);
    CHECK(place.is_service == row.is_service);
  }
}

TEST_CASE("the innermost slice is the slice") {
  CHECK(place_in("/system.slice/system-getty.slice/getty@tty1.service").slice == "system-getty.slice");
  CHECK(place_in("/docker/" + id64).slice.empty());
}
