// What the detectors state in one round, with the process it is about.
#pragma once

#include <string>
#include <vector>

#include "agent/detect/finding.h"

namespace sockwarden {

struct AttributedFinding {
  std::string id;
  Finding finding;
  Process process;
};

/// Gives each finding its process and id, and makes one of those that have the same id: the stronger tells the story,
/// the counts are added up.
[[nodiscard]] std::vector<AttributedFinding> attributed(std::vector<Finding> findings, const Model& model);

}  // namespace sockwarden
