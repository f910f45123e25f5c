// Asks a running agent.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "agent/contract/error.h"
#include "agent/publish/json.h"

namespace sockwarden {

/// The `data` of an API answer: GET `url` + `path`. Error::code is ECONNREFUSED where nobody listens there.
[[nodiscard]] tl::expected<Json, Error> ask_agent(const std::string& url, const std::string& path);

}  // namespace sockwarden
