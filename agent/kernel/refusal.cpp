#include "agent/kernel/refusal.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

#include "agent/kernel/host.h"

namespace sockwarden {
namespace {

/// libbpf names the program that the kernel refused, and hands on the verifier's log.
std::string& libbpf_log() {
  thread_local std::string log;
  return log;
}

int keep(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, arguments);
  std::string line(static_cast<std::size_t>(std::max(0, std::vsnprintf(nullptr, 0, format, arguments))), '\0');
  std::vsnprintf(line.data(), line.size() + 1, format, again);
  va_end(again);
  libbpf_log() += line;
  return static_cast<int>(line.size());
}

/// The verifier's last complaint: the line before "processed N insns".
std::string verifier_line(const std::string& log) {
  const auto end = log.rfind("\nprocessed ");
  if (end == std::string::npos) return "";
  const auto start = log.rfind('\n', end - 1);
  return log.substr(start + 1, end - start - 1);
}

/// What libbpf itself says, without its name.
std::string libbpf_line(const std::string& log) {
  const auto start = log.find("libbpf: ");
  if (start == std::string::npos) return "";
  return log.substr(start + 8, log.find('\n', start) - start - 8);
}

/// Of those that loading needs. CAP_SYS_ADMIN stands for each (bpf_capable(), perfmon_capable()).
std::string missing_capabilities() {
  const HostAbility host = probe_host();
  const auto holds = [&](const char* name) {
    return std::any_of(host.capabilities.begin(), host.capabilities.end(),
                       [&](const auto& item) { return item.first == name && item.second; });
  };
  std::string missing;
  if (holds("CAP_SYS_ADMIN")) return missing;
  for (const char* name : {"CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"})
    if (!holds(name)) missing += (missing.empty() ? "" : ", ") + std::string(name);
  return missing;
}

/// Capabilities of another user namespace than the first do not count for BPF.
bool in_user_namespace() {
  std::ifstream map("/proc/self/uid_map");
  unsigned long inside = 0, outside = 0, count = 0;
  return map >> inside >> outside >> count && !(inside == 0 && outside == 0 && count == 4294967295UL);
}

/// What the verifier said or, where it was no program that was refused, libbpf.
std::string said() {
  const std::string verifier = verifier_line(libbpf_log());
  return verifier.empty() && refused_program().empty() ? libbpf_line(libbpf_log()) : verifier;
}

}  // namespace

void keep_libbpf_log() { libbpf_set_print(keep); }
void clear_libbpf_log() { libbpf_log().clear(); }

std::string refused_program() {
  const std::string& log = libbpf_log();
  const auto failed = log.find("': BPF program load failed");
  const auto start = failed == std::string::npos ? failed : log.rfind('\'', failed - 1);
  return start == std::string::npos ? "" : log.substr(start + 1, failed - start - 1);
}

std::string refusal_reason(int code) {
  const std::string reason = std::string("the kernel refused it: ") + std::strerror(code), words = said();
  return words.empty() ? reason : reason + " (" + words + ")";
}

Error refusal(std::string operation, std::string object, int code) {
  Error error{std::move(operation), std::move(object), code, ""};
  const bool denied = code == EPERM || code == EACCES;
  if (const std::string missing = denied ? missing_capabilities() : ""; !missing.empty()) {
    error.advice =
        missing + " missing (CapEff in /proc/self/status): run as root, or grant it (deploy/sockwarden.service)";
  } else if (denied && in_user_namespace()) {
    error.advice = "this is a user namespace, whose capabilities do not count for BPF: run in the host's";
  } else {
    const std::string words = said();
    error.advice = "no capability is missing, the kernel refused it" + (words.empty() ? "" : ": " + words) +
                   "; lockdown " + probe_host().lockdown;
  }
  return error;
}

}  // namespace sockwarden
