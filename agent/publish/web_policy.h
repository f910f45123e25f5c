// Who may ask, and how: the web configuration in force. Replaced as a whole on a change.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/publish/basic_auth.h"
#include "agent/publish/tls.h"
#include "agent/publish/web_config.h"

namespace sockwarden {

struct WebPolicy {
  std::shared_ptr<const TlsContext> tls;  ///< null = plain HTTP
  std::shared_ptr<BasicAuth> auth;
  bool verifies_clients = false;  ///< no connection without a certificate that is known
  std::map<std::string, std::string> headers;
  std::vector<std::string> files;  ///< which of them to watch

  /// From the web configuration file; "" = plain and open.
  static tl::expected<std::shared_ptr<const WebPolicy>, Error> load(const std::string& file);
};

}  // namespace sockwarden
