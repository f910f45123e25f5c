#include "agent/detect/finding_class.h"

#include <catch2/catch.hpp>
#include <set>

using namespace sockwarden;

TEST_CASE("each class has a name, a title and a detector of its own") {
  std::set<std::string_view> names, titles;
  for (const FindingClass& one : finding_classes()) {
    INFO(one.name);
    CHECK(names.insert(one.name).second);
    CHECK(titles.insert(one.title).second);
    CHECK((one.detector.detect != nullptr) != (one.detector.suspects != nullptr && one.detector.judge != nullptr));
    CHECK_FALSE(one.severities.empty());
    CHECK(finding_class(one.name) == &one);
  }
  CHECK(finding_class("no-such-class") == nullptr);
}

TEST_CASE("a class supersedes others that exist, by qualifiers that they have, and none that supersedes it") {
  for (const FindingClass& winner : finding_classes()) {
    for (const Supersession& rule : winner.supersedes) {
      INFO(winner.name << " supersedes " << rule.class_name);
      const FindingClass* loser = finding_class(rule.class_name);
      REQUIRE(loser != nullptr);
      if (loser->qualifier_name.empty()) CHECK(rule.qualifier.empty());
      for (const Supersession& other : loser->supersedes) CHECK(other.class_name != winner.name);
    }
  }
}
