#include "agent/publish/disclosure.h"

#include <fstream>
#include <sstream>

namespace sockwarden {

Disclosure::Disclosure(const Config::Api& config, bool proc_hides)
    : config_(config), redact_(config.redact), proc_hides_(proc_hides) {}

bool Disclosure::tells_all(const Process& process, const Asker& asker) const {
  if (config_.other_users_in_full || asker.identified) return true;
  return asker.uid && (*asker.uid == 0 || process.facts.uid == asker.uid);
}

std::vector<std::string> Disclosure::command_line(const Process& process, const Asker& asker) const {
  if (proc_hides_ && !tells_all(process, asker)) return {};
  return config_.full_command_lines ? process.facts.cmdline : redact_(process.facts.cmdline);
}

bool proc_hides_processes() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string source, target, kind, options;
    words >> source >> target >> kind >> options;
    if (target != "/proc" || kind != "proc") continue;
    const auto at = options.find("hidepid=");
    const std::string value = at == std::string::npos ? "" : options.substr(at + 8, options.find(',', at) - at - 8);
    return !value.empty() && value != "0" && value != "off";
  }
  return false;
}

}  // namespace sockwarden
