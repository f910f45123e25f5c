// Leaves in a Sample only what the configuration's targets ask for.
#pragma once

#include <map>
#include <set>

#include "agent/config/config.h"
#include "agent/config/target.h"
#include "agent/sample/sample.h"

namespace sockwarden {

/// A process once let in stays in, and so does one kept out by name: its counters neither vanish nor jump when /proc
/// says more of it later. A rule with a port hides or shows connections and endpoints; totals of a process stay whole.
class TargetFilter {
 public:
  explicit TargetFilter(Config::Targets targets);
  [[nodiscard]] Sample narrow(Sample sample);

 private:
  using Ports = std::map<std::uint32_t, std::set<std::uint16_t>>;  // by serial

  [[nodiscard]] Ports ports_used(const Sample& sample) const;
  [[nodiscard]] bool admits(const TargetSubject& process) const;
  [[nodiscard]] bool bars(const TargetSubject& process) const;
  void judge(const ProcessSample& process, const Sample& sample, const Ports& ports);
  [[nodiscard]] bool shows(std::uint32_t serial, std::uint32_t pid, std::vector<std::uint16_t> ports) const;

  Config::Targets targets_;
  bool include_by_port_ = false;
  std::map<std::uint32_t, bool> verdicts_;           // by serial; missing = not decided
  std::map<std::uint32_t, TargetSubject> subjects_;  // by serial, of this Sample
};

}  // namespace sockwarden
