#include "agent/model/protocol.h"

namespace sockwarden {

const char* protocol_of(const sw_connection&) { return ""; }

}  // namespace sockwarden
