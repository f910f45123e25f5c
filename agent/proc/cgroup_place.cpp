// Container engines, Kubernetes and systemd name their cgroups in a few standard shapes.
#include "agent/proc/cgroup_place.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sockwarden {
namespace {

constexpr std::array<std::string_view, 9> engines = {"docker",   "containerd", "crio",   "libpod", "podman",
                                                     "kubepods", "ecs",        "garden", "nerdctl"};

/// What stands before an id, in its component or as the one above it.
constexpr std::pair<std::string_view, std::string_view> runtimes[] = {{"docker", "docker"},
                                                                      {"cri-containerd", "containerd"},
                                                                      {"containerd", "containerd"},
                                                                      {"nerdctl", "containerd"},
                                                                      {"crio", "cri-o"},
                                                                      {"libpod", "podman"}};

bool all_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool names_engine(std::string_view text) {
  return std::any_of(engines.begin(), engines.end(), [&](auto engine) { return text.find(engine) != text.npos; });
}

template <typename Visit>
void each_component(std::string_view path, Visit visit) {
  while (!path.empty()) {
    const auto slash = path.find('/');
    visit(path.substr(0, slash));
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
  }
}

struct Container {
  std::string_view id, runtime;
};

Container lxc_in(std::string_view component, std::string_view parent) {
  constexpr std::string_view payload = "lxc.payload.";
  if (component.starts_with(payload)) return {component.substr(payload.size()), "lxc"};
  if (parent == "lxc" || parent == "lxc.payload") return {component, "lxc"};
  return {};
}

/// "docker-<id>.scope", "…:cri-containerd:<id>", "<id>".
Container container_in(std::string_view component, std::string_view parent, bool below_engine) {
  if (const Container lxc = lxc_in(component, parent); !lxc.id.empty()) return lxc;
  // Fargate: the task's id, a dash, the container's number.
  if (below_engine && component.size() > 33 && component[32] == '-' && all_hexadecimal(component.substr(0, 32)))
    return {component.substr(0, 32), {}};
  if (component.ends_with(".scope")) component.remove_suffix(6);
  const auto separator = component.find_last_of("-:");
  const auto id = separator == component.npos ? component : component.substr(separator + 1);
  if ((id.size() != 64 && (id.size() != 32 || !below_engine)) || !all_hexadecimal(id)) return {};
  auto before = separator == component.npos ? parent : component.substr(0, separator);
  // The engine's monitor lives beside the container, not in it.
  if (before.ends_with("conmon")) return {};
  if (const auto colon = before.rfind(':'); colon != before.npos) before.remove_prefix(colon + 1);
  const auto* const known = std::find_if(std::begin(runtimes), std::end(runtimes),
                                         [&](const auto& runtime) { return runtime.first == before; });
  return {id, known == std::end(runtimes) ? std::string_view() : known->second};
}

/// "pod<uid>", "kubepods-burstable-pod<uid>.slice", with _ for - in the uid; of a static pod 32 digits without any.
std::string pod_uid_in(std::string_view component) {
  component = component.substr(0, component.find(':'));
  if (component.ends_with(".slice")) component.remove_suffix(6);
  const auto pod = component.rfind("pod");
  if (pod == component.npos) return {};
  std::string uid(component.substr(pod + 3));
  std::replace(uid.begin(), uid.end(), '_', '-');
  std::string digits = uid;
  std::erase(digits, '-');
  const bool is_uid = digits.size() == 32 && all_hexadecimal(digits) && (uid.size() == 32 || uid.size() == 36);
  return is_uid ? uid : std::string();
}

}  // namespace

CgroupPlace place_in(std::string_view cgroup) {
  CgroupPlace place;
  std::string_view parent;
  bool below_engine = false;
  each_component(cgroup, [&](std::string_view component) {
    below_engine = below_engine || names_engine(component);
    if (const Container found = container_in(component, parent, below_engine); !found.id.empty()) {
      place.container_id = found.id;
      place.container_runtime = found.runtime;
      place.is_service = false;
    }
    if (std::string uid = pod_uid_in(component); !uid.empty()) place.pod_uid = std::move(uid);
    if (component.size() > 6 && component.ends_with(".slice")) place.slice = component;
    const bool is_service = component.size() > 8 && component.ends_with(".service");
    if (is_service || (component.size() > 6 && component.ends_with(".scope"))) {
      place.unit = component;
      place.is_service = is_service && !component.starts_with("user@");
    }
    parent = component;
  });
  return place;
}

}  // namespace sockwarden
