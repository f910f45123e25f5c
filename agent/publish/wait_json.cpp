#include "agent/publish/wait_json.h"

namespace sockwarden {

Json to_json(const ObservedWait& wait) {
  return {{"pid", wait.pid},
          {"service", wait.identity.service},
          {"comm", wait.identity.comm},
          {"container_id", wait.identity.container_id},
          {"unit", wait.identity.unit},
          {"role", name_of(wait.role)},
          {"endpoint", wait.endpoint},
          {"phase", wait.phase},
          {"verdict", name_of(wait.verdict)},
          {"count", wait.count},
          {"waited_seconds", json_of(wait.waited)},
          {"limit_seconds", wait.limit ? Json(json_of(*wait.limit)) : Json(nullptr)},
          {"proof", wait.proof}};
}

}  // namespace sockwarden
