// Every finding that a detector makes in a test is held against its line of the registry.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agent/detect/finding_class.h"

namespace sockwarden::testing {

inline const std::vector<Finding>& conforming(const std::vector<Finding>& findings, const Detector& detector) {
  for (const Finding& finding : findings) {
    INFO(finding.class_name << " (" << finding.qualifier << "), " << name_of(finding.severity));
    const FindingClass* of = finding_class(finding.class_name);
    REQUIRE(of != nullptr);
    CHECK(of->detector.detect == detector.detect);
    CHECK(of->detector.judge == detector.judge);
    CHECK(finding.qualifier_name == of->qualifier_name);
    CHECK(finding.qualifier.empty() == of->qualifier_name.empty());
    CHECK(std::count(of->severities.begin(), of->severities.end(), finding.severity) == 1);
    if (of->subject == ClassSubject::process) CHECK(finding.remote + finding.local == "");
  }
  return findings;
}

}  // namespace sockwarden::testing
