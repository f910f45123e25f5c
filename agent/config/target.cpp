#include "agent/config/target.h"

#include <fnmatch.h>

#include <algorithm>

namespace sockwarden {
namespace {

/// A name that is not known matches no pattern, not even "*".
bool named(const std::string& pattern, const std::string& text) {
  return pattern.empty() || (!text.empty() && fnmatch(pattern.c_str(), text.c_str(), 0) == 0);
}

template <class T>
void take_first(std::optional<T>& chosen, const std::optional<T>& offered) {
  if (!chosen) chosen = offered;
}

}  // namespace

bool matches(const TargetRule& rule, const TargetSubject& subject) {
  if (rule.pid && rule.pid != subject.pid) return false;
  if (rule.port && std::find(subject.ports.begin(), subject.ports.end(), *rule.port) == subject.ports.end()) {
    return false;
  }
  return named(rule.comm, subject.comm) && named(rule.exe, subject.exe) && named(rule.cgroup, subject.cgroup);
}

bool is_target(const Config::Targets& targets, const TargetSubject& subject) {
  const auto hit = [&subject](const TargetRule& rule) { return matches(rule, subject); };
  if (std::any_of(targets.exclude.begin(), targets.exclude.end(), hit)) return false;
  return targets.include.empty() || std::any_of(targets.include.begin(), targets.include.end(), hit);
}

const std::string* service_by_rule(const std::vector<IdentityRule>& rules, const TargetSubject& subject,
                                   const std::vector<std::string>& command_line) {
  std::string line;
  for (const std::string& argument : command_line) line += (line.empty() ? "" : " ") + argument;
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const IdentityRule& rule) {
    return matches(rule.match, subject) && named(rule.command_line, line);
  });
  return found == rules.end() ? nullptr : &found->service;
}

Thresholds thresholds_for(const Config& config, const TargetSubject& subject) {
  ThresholdOverride chosen;
  for (const ThresholdOverride& candidate : config.overrides) {
    if (!matches(candidate.match, subject) || !named(candidate.endpoint, subject.endpoint)) continue;
    take_first(chosen.wait, candidate.wait);
    take_first(chosen.leak, candidate.leak);
    take_first(chosen.close_wait, candidate.close_wait);
    take_first(chosen.unproven, candidate.unproven);
    take_first(chosen.leak_count, candidate.leak_count);
  }
  const Thresholds& base = config.thresholds;
  return {.wait = chosen.wait.value_or(base.wait),
          .leak = chosen.leak.value_or(base.leak),
          .close_wait = chosen.close_wait.value_or(base.close_wait),
          .unproven = chosen.unproven.value_or(base.unproven),
          .leak_count = chosen.leak_count.value_or(base.leak_count)};
}

const Mute* mute_of(const Config::Findings& findings, const std::string& class_name, const TargetSubject& subject,
                    std::chrono::system_clock::time_point now) {
  const auto found = std::find_if(findings.mute.begin(), findings.mute.end(), [&](const Mute& mute) {
    return (mute.class_name.empty() || mute.class_name == class_name) && (!mute.until || now < *mute.until) &&
           matches(mute.match, subject) && named(mute.endpoint, subject.endpoint);
  });
  return found == findings.mute.end() ? nullptr : &*found;
}

}  // namespace sockwarden
