// One request of libmicrohttpd: read, let in, answered.
#pragma once

#include <microhttpd.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "agent/publish/disclosure.h"
#include "agent/publish/site.h"

namespace sockwarden {

/// Whether the client announces a body; nothing here takes one.
[[nodiscard]] bool announces_body(MHD_Connection* connection);

struct Credentials {
  std::string user, password;
};
[[nodiscard]] std::optional<Credentials> credentials_of(MHD_Connection* connection);

/// Of the request that the connection has read.
[[nodiscard]] std::string host_of(MHD_Connection* connection);

enum class Admission { let_in, unknown, busy, misdirected };

/// What is answered, to whom, and by which rules.
struct Visitor {
  Admission admission = Admission::unknown;
  Asker asker;
  std::shared_ptr<const WebPolicy> policy;
  bool last = false;  ///< the connection is closed after it
};

/// Asks the site and queues its answer. How many bytes it has; empty: it could not be queued. Never throws.
[[nodiscard]] std::optional<std::size_t> answer(MHD_Connection* connection, const char* url, const char* method,
                                                Site& site, const Visitor& visitor);

}  // namespace sockwarden
