// The registry of finding classes: classes.json, a line a class. classes.cmake makes finding_classes() of it.
#pragma once

#include <string_view>
#include <vector>

#include "agent/detect/detection_context.h"

namespace sockwarden {

/// What a finding of a class is about: one endpoint of a process, or the process as a whole.
enum class ClassSubject { endpoint, process };

/// How much of a less specific finding a more specific one takes away.
enum class Takes {
  all,     ///< the less specific one goes
  half,    ///< it goes where the more specific ones account for at least half of its count
  shared,  ///< it loses the subjects that both have, and goes when none is left
};

struct Supersession {
  std::string_view class_name;
  std::string_view qualifier;  ///< empty = any
  Takes takes;
};

struct FindingClass {
  std::string_view name;            ///< "missing-timeout"
  std::string_view qualifier_name;  ///< "phase", or empty
  std::string_view title;
  ClassSubject subject;
  Detector detector;
  std::vector<Severity> severities;      ///< those that its findings may have
  std::vector<Supersession> supersedes;  ///< what a finding of this class explains away
};

[[nodiscard]] const std::vector<FindingClass>& finding_classes();

/// Null where no class has the name.
[[nodiscard]] const FindingClass* finding_class(std::string_view name);

}  // namespace sockwarden
