#include "agent/publish/identity_json.h"

namespace sockwarden {

Json to_json(const Identity& identity) {
  return {{"service", identity.service},
          {"comm", identity.comm},
          {"container_id", identity.container_id},
          {"unit", identity.unit}};
}

}  // namespace sockwarden
