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

const char* name_of(Resolution resolution) {
  switch (resolution) {
    case Resolution::healed:
      return "healed";
    case Resolution::process_gone:
      return "process gone";
    case Resolution::restarted:
      return "restarted";
  }
  return "unknown";
}

}  // namespace sockwarden
