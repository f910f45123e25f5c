#include "agent/pipeline/service_rules.h"

#include "agent/config/target.h"

namespace sockwarden {

void name_services(Sample& sample, const std::vector<IdentityRule>& rules) {
  if (rules.empty()) return;
  for (auto& [pid, facts] : sample.facts) {
    const TargetSubject subject{
        .comm = facts.comm, .exe = facts.exe, .cgroup = facts.cgroup, .pid = pid, .ports = {}, .endpoint = ""};
    const std::string* const service = service_by_rule(rules, subject, facts.cmdline);
    if (service == nullptr) continue;
    facts.service = *service;
    facts.is_named_by_unit = false;
  }
}

}  // namespace sockwarden
