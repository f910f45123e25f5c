// Where a value of the configuration comes from.
#pragma once

#include <map>
#include <string>

namespace sockwarden {

struct ValueOrigin {
  std::string text;    ///< as it was given
  std::string source;  ///< "/etc/sockwarden/sockwarden.yaml:12", "SOCKWARDEN_LOG_LEVEL", "--log.level"
};

/// By key, "log.level"; what is not there is a default.
using ValueOrigins = std::map<std::string, ValueOrigin>;

}  // namespace sockwarden
