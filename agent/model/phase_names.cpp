#include "agent/model/phase.h"

namespace sockwarden {

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::unknown:
      return "unknown";
    case Phase::dial:
      return "dial";
    case Phase::tls:
      return "tls";
    case Phase::request_sending:
      return "request-sending";
    case Phase::first_byte_wait:
      return "header";
    case Phase::body:
      return "body";
    case Phase::idle:
      return "idle";
    case Phase::closing:
      return "closing";
    case Phase::server_first_byte_wait:
      return "server-first-byte";
    case Phase::server_header:
      return "server-header";
    case Phase::server_body:
      return "server-body";
    case Phase::handler:
      return "handler";
    case Phase::response:
      return "response";
    case Phase::server_idle:
      return "server-idle";
  }
  return "unknown";
}

}  // namespace sockwarden
