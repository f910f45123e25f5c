// One finding a cause: the more specific class wins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/findings/attributed_finding.h"
#include "agent/findings/finding_id.h"

namespace sockwarden {

/// What may explain a statement away: a finding of this round, or one that stood a moment ago.
struct Explanation {
  std::string class_name;
  ProcessSubject process;
  Role role = Role::unknown;
  std::string remote;
  std::string local;
  std::uint64_t count = 0;
  std::vector<std::uint64_t> subjects;
};
[[nodiscard]] Explanation explanation_of(const Finding& finding, const Process& process);

struct Superseded {
  std::vector<AttributedFinding> kept;
  std::vector<std::string> ids;  ///< of those explained by something more specific
};
[[nodiscard]] Superseded most_specific(std::vector<AttributedFinding> statements,
                                       const std::vector<Explanation>& recent);

}  // namespace sockwarden
