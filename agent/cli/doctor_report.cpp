#include "agent/cli/doctor_report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/cli/display.h"

namespace sockwarden {
namespace {

constexpr std::size_t width = 80;

constexpr std::array<std::pair<const char*, const char*>, 5> losses{
    {{"CAP_BPF", "nothing can be loaded into the kernel"},
     {"CAP_PERFMON", "no tracing program can be loaded: nothing is seen"},
     {"CAP_NET_ADMIN", "no cgroup program: no options, no close() apart from exit, no protocols"},
     {"CAP_SYS_PTRACE", "executables and code positions of other users' processes"},
     {"CAP_DAC_READ_SEARCH", "descriptors of other users' processes in /proc"}}};

std::string padded(const std::string& text, std::size_t columns) {
  return text + std::string(columns - std::min(columns, columns_of(text)), ' ');
}

std::string line(const std::string& name, const std::string& value) {
  const std::string text = wrap(printable(value), 22, width);
  return "  " + padded(name, 20) + text.substr(22);
}

std::string headline(const Diagnosis& diagnosis) {
  switch (diagnosis.ability()) {
    case Ability::full:
      return "sockwarden is fully able on this host.\n";
    case Ability::reduced:
      return "sockwarden works on this host, but sees less than it could; see \"lost\" below.\n";
    case Ability::unable:
      break;
  }
  return "sockwarden cannot work on this host.\n";
}

/// Empty: nothing.
const std::string& lost_with(const HookStatus& hook) { return hook.attached ? hook.lost_by_variant : hook.lost; }

std::string hook_text(const HookStatus& hook) {
  std::string title = std::string("  ") + (hook.attached ? "yes  " : "no   ") + printable(hook.name) + " (" + hook.kind;
  if (!hook.variant.empty()) title += ", " + hook.variant;
  std::string text = cut(title + ")", width) + "\n" + wrap(printable(hook.gives), 7, width);
  if (!hook.attached) text += wrap("why: " + printable(hook.reason), 7, width);
  if (!hook.variant_reason.empty()) text += wrap("chosen: " + printable(hook.variant_reason), 7, width);
  if (hook.attached && !hook.unseen.empty()) text += wrap("not seen: " + printable(hook.unseen), 7, width);
  const std::string lost = lost_with(hook);
  return lost.empty() ? text : text + wrap("lost: " + printable(lost), 7, width);
}

Json scan_json(const Diagnosis& diagnosis) {
  const auto& failed = diagnosis.scan_failure;
  Json json{{"ok", !diagnosis.failure && !failed}, {"part", nullptr}, {"reason", nullptr}};
  if (diagnosis.failure) json["reason"] = "nothing is loaded that could be read";
  if (failed) json["part"] = name_of(failed->part);
  if (failed) json["reason"] = failed->error.message();
  return json;
}

}  // namespace

Ability Diagnosis::ability() const {
  if (failure || scan_failure) return Ability::unable;
  const auto missing = [](const HookStatus& hook) { return !hook.attached; };
  if (std::any_of(hooks.begin(), hooks.end(), [&](const HookStatus& hook) { return hook.required && missing(hook); })) {
    return Ability::unable;
  }
  const bool lacks_capability = std::any_of(host.capabilities.begin(), host.capabilities.end(), [](const auto& held) {
    return !held.second && !lost_without(held.first).empty();
  });
  const bool hook_lacking = std::any_of(hooks.begin(), hooks.end(), [&](const HookStatus& hook) {
    return missing(hook) || !hook.lost_by_variant.empty();
  });
  return lacks_capability || hook_lacking || host.cgroup2.empty() ? Ability::reduced : Ability::full;
}

const char* name_of(Ability ability) {
  constexpr std::array names{"full", "reduced", "unable"};
  return names[static_cast<std::size_t>(ability)];
}

std::string lost_without(const std::string& capability) {
  for (const auto& [name, lost] : losses) {
    if (capability == name) return lost;
  }
  return "";
}

std::string doctor_text(const Diagnosis& diagnosis) {
  const HostAbility& host = diagnosis.host;
  std::string text = headline(diagnosis);
  if (diagnosis.failure) text += wrap(printable(diagnosis.failure->message()) + ".", 0, width);
  if (const auto& failed = diagnosis.scan_failure) {
    const std::string sentence =
        std::string("A scan fails (") + name_of(failed->part) + "): " + failed->error.message();
    text += wrap(printable(sentence) + ".", 0, width);
  }
  text += "\nHost\n";
  text += line("kernel", host.kernel_release);
  text += line("BTF", host.btf ? "yes" : "no: the kernel needs CONFIG_DEBUG_INFO_BTF (/sys/kernel/btf/vmlinux)");
  text += line("lockdown", host.lockdown);
  text += line("cgroup2", host.cgroup2.empty() ? "not mounted; lost: options, close(), protocols. Mount it with "
                                                 "mount -t cgroup2 none /sys/fs/cgroup"
                                               : host.cgroup2);
  text += "\nCapabilities\n";
  for (const auto& [name, held] : host.capabilities) {
    const std::string lost = lost_without(name);
    text += line(name, held ? "yes" : lost.empty() ? "no" : "no; lost: " + lost);
  }
  if (diagnosis.hooks.empty()) return text;
  text += "\nHooks\n";
  for (const HookStatus& hook : diagnosis.hooks) text += hook_text(hook);
  return text;
}

Json doctor_json(const Diagnosis& diagnosis) {
  const HostAbility& host = diagnosis.host;
  Json json;
  json["ability"] = name_of(diagnosis.ability());
  json["failure"] = diagnosis.failure ? Json(diagnosis.failure->message()) : Json(nullptr);
  json["scan"] = scan_json(diagnosis);
  json["kernel"] = host.kernel_release;
  json["btf"] = host.btf;
  json["lockdown"] = host.lockdown;
  json["cgroup2"] = json_of_known(host.cgroup2);
  json["capabilities"] = Json::array();
  for (const auto& [name, held] : host.capabilities) {
    json["capabilities"].push_back(
        {{"name", name}, {"held", held}, {"lost", held ? Json(nullptr) : json_of_known(lost_without(name))}});
  }
  json["hooks"] = Json::array();
  for (const HookStatus& hook : diagnosis.hooks) {
    json["hooks"].push_back({{"name", hook.name},
                             {"kind", hook.kind},
                             {"gives", hook.gives},
                             {"required", hook.required},
                             {"attached", hook.attached},
                             {"variant", json_of_known(hook.variant)},
                             {"variant_reason", json_of_known(hook.variant_reason)},
                             {"unseen", json_of_known(hook.unseen)},
                             {"reason", hook.attached ? Json(nullptr) : json_of_known(hook.reason)},
                             {"lost", json_of_known(lost_with(hook))}});
  }
  return json;
}

}  // namespace sockwarden
