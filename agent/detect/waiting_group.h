// Connections in the same plight are one finding: class, phase, process and endpoint.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "agent/contract/evidence.h"
#include "agent/detect/finding.h"
#include "agent/model/model.h"

namespace sockwarden {

/// One connection that is accused, and why.
struct Accused {
  const Connection* connection = nullptr;
  std::chrono::nanoseconds waited{};
  Confidence confidence = Confidence::likely;
  const Evidence* evidence = nullptr;  ///< may be missing
  EvidenceValues facts;                ///< besides those of the evidence
};

/// By phase, process and endpoint.
using WaitingGroups = std::map<std::tuple<std::string, std::uint32_t, std::string>, std::vector<Accused>>;

/// A finding without class and words: process, endpoint, count, subjects, stacks, and the evidence of the best proven,
/// longest wait.
[[nodiscard]] Finding finding_of(const std::vector<Accused>& group);

/// "31 s", "2.5 s"
[[nodiscard]] std::string seconds_text(std::chrono::nanoseconds duration);
/// "1 connection", "3 connections"
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& thing);

}  // namespace sockwarden
