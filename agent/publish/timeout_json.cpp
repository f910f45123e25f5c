#include "agent/publish/timeout_json.h"

namespace sockwarden {

Json to_json(const EffectiveTimeout& timeout) {
  return {{"comm", timeout.process.comm}, {"container_id", timeout.process.container_id},
          {"unit", timeout.process.unit}, {"endpoint", timeout.endpoint},
          {"phase", timeout.phase},       {"effective_timeout_seconds", json_of(timeout.timeout)}};
}

}  // namespace sockwarden
