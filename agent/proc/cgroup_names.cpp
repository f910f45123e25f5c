// Container engines and systemd name their cgroups in a few standard shapes.
#include <algorithm>
#include <array>

#include "agent/proc/process_text.h"

namespace sockwarden {
namespace {

constexpr std::array<std::string_view, 9> engines = {"docker",   "containerd", "crio",   "libpod", "podman",
                                                     "kubepods", "ecs",        "garden", "nerdctl"};

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

/// "docker-<id>.scope", "cri-containerd:<id>", "<id>" → "<id>".
std::string_view bare_id(std::string_view component) {
  if (component.ends_with(".scope")) component.remove_suffix(6);
  const auto separator = component.find_last_of("-:");
  // The engine's monitor lives beside the container, not in it.
  if (separator != component.npos && component.substr(0, separator).ends_with("conmon")) return {};
  return separator == component.npos ? component : component.substr(separator + 1);
}

}  // namespace

std::string container_id_in(std::string_view cgroup) {
  std::string_view id;
  bool below_engine = false;
  each_component(cgroup, [&](std::string_view component) {
    below_engine = below_engine || names_engine(component);
    auto candidate = bare_id(component);
    // Fargate: the task's id, a dash, the container's number.
    if (below_engine && component.size() > 33 && component[32] == '-') candidate = component.substr(0, 32);
    const bool long_enough = candidate.size() == 64 || (candidate.size() == 32 && below_engine);
    if (long_enough && all_hexadecimal(candidate)) id = candidate;
  });
  return std::string(id);
}

std::string unit_in(std::string_view cgroup) {
  std::string_view unit;
  each_component(cgroup, [&](std::string_view component) {
    const bool named = component.size() > 8 && component.ends_with(".service");
    if (named || (component.size() > 6 && component.ends_with(".scope"))) unit = component;
  });
  return std::string(unit);
}

}  // namespace sockwarden
