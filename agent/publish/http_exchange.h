// One request of libmicrohttpd: read, let in, answered.
#pragma once

#include <microhttpd.h>

#include "agent/publish/site.h"

namespace sockwarden {

/// Whether the client announces a body; nothing here takes one.
[[nodiscard]] bool announces_body(MHD_Connection* connection);

/// Asks the site and queues its answer; with `last`, the connection is closed after it. Never throws.
[[nodiscard]] MHD_Result answer(MHD_Connection* connection, const char* url, const char* method, Site& site, bool last);

}  // namespace sockwarden
