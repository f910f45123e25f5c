// Asks a running agent.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "agent/contract/error.h"
#include "agent/publish/json.h"

namespace sockwarden {

struct AgentAccess {
  std::string url;
  std::string ca_file;             ///< empty = the authorities that this host trusts
  std::string username, password;  ///< empty = those in the URL
};

/// The `data` of an API answer: GET of the agent's URL + `path`. Error::code is ECONNREFUSED where nobody listens
/// there.
[[nodiscard]] tl::expected<Json, Error> ask_agent(const AgentAccess& access, const std::string& path);

}  // namespace sockwarden
