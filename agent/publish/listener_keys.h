#pragma once

#include <cstdint>
#include <map>

#include "agent/publish/published.h"

namespace sockwarden {

/// The label set of each live listener, by connection id. A program with very many listening addresses keeps its
/// oldest ones by name; the rest share the endpoint "other".
[[nodiscard]] std::map<std::uint64_t, ListenerKey> listener_keys(const Model& model);

}  // namespace sockwarden
