#include "agent/inspection/muting.h"

#include <charconv>
#include <cstdint>
#include <vector>

namespace sockwarden {
namespace {

std::vector<std::uint16_t> ports_of(const std::string& endpoint) {
  const auto colon = endpoint.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string::npos) std::from_chars(endpoint.data() + colon + 1, endpoint.data() + endpoint.size(), port);
  return port == 0 ? std::vector<std::uint16_t>{} : std::vector<std::uint16_t>{port};
}

}  // namespace

TargetSubject subject_of(const Process& process, const std::string& endpoint) {
  return {.comm = process.identity.comm,
          .exe = process.facts.exe,
          .cgroup = process.facts.cgroup,
          .pid = process.pid,
          .ports = ports_of(endpoint),
          .endpoint = endpoint};
}

void mute(LedgerEntry& entry, const Config::Findings& config, WallTime now) {
  const Finding& finding = entry.finding;
  const std::string& endpoint = finding.role == Role::client ? finding.remote : finding.local;
  entry.muted.reset();
  const Mute* const rule = mute_of(config, finding.class_name, subject_of(entry.process, endpoint), now);
  if (rule != nullptr) entry.muted = Muted{rule->reason, rule->until};
}

}  // namespace sockwarden
