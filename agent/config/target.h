// Which rules a connection or process falls under. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.h"

namespace sockwarden {

/// What rules are matched against. An unknown pid or an empty name matches only a rule that does not ask for it.
struct TargetSubject {
  std::string comm;
  std::string exe;
  std::string cgroup;
  std::optional<std::uint32_t> pid;
  std::vector<std::uint16_t> ports;  ///< local and remote
  std::string endpoint;              ///< "10.0.0.7:8080"
};

[[nodiscard]] bool matches(const TargetRule& rule, const TargetSubject& subject);

/// Included (an empty list includes everything), and not excluded.
[[nodiscard]] bool is_target(const Config::Targets& targets, const TargetSubject& subject);

/// What the first rule that matches calls it; null where none does.
[[nodiscard]] const std::string* service_by_rule(const std::vector<IdentityRule>& rules, const TargetSubject& subject,
                                                 const std::vector<std::string>& command_line);

/// The configured thresholds with every override that matches: field by field, the first that gives one.
[[nodiscard]] Thresholds thresholds_for(const Config& config, const TargetSubject& subject);

/// The first that is about such a finding and has not run out; null where none is.
[[nodiscard]] const Mute* mute_of(const Config::Findings& findings, const std::string& class_name,
                                  const TargetSubject& subject, std::chrono::system_clock::time_point now);

}  // namespace sockwarden
