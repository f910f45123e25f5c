#pragma once

#include "agent/model/model.h"
#include "agent/publish/disclosure.h"
#include "agent/publish/json.h"

namespace sockwarden {

/// A connection or listener as the API and `sockwarden connections --format json` show it.
[[nodiscard]] Json to_json(const Connection& connection, const Model& model, const View& view = {});

}  // namespace sockwarden
