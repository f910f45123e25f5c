#include "agent/detect/finding.h"

namespace sockwarden {

const char* name_of(Confidence confidence) { return confidence == Confidence::proven ? "proven" : "likely"; }

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::critical:
      return "critical";
  }
  return "unknown";
}

}  // namespace sockwarden
