#include "agent/detect/finding_class.h"

#include <algorithm>

namespace sockwarden {

const FindingClass* finding_class(std::string_view name) {
  const auto found = std::find_if(finding_classes().begin(), finding_classes().end(),
                                  [name](const FindingClass& one) { return one.name == name; });
  return found == finding_classes().end() ? nullptr : &*found;
}

}  // namespace sockwarden
