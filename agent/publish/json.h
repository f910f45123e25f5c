// JSON as this project writes it: keys in the order given, times RFC 3339 in UTC, absent = null.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/sample/sample.h"

namespace sockwarden {

using Json = nlohmann::ordered_json;

/// "2026-11-22T04:10:11.123Z"
[[nodiscard]] std::string rfc3339(WallTime time);

[[nodiscard]] Json json_of(const std::optional<WallTime>& time);
/// Seconds as a number, to the microsecond.
[[nodiscard]] Json json_of(std::chrono::nanoseconds duration);
/// Null where empty.
[[nodiscard]] Json json_of_known(const std::string& text);

/// Never throws: bytes that are no valid UTF-8 become U+FFFD.
[[nodiscard]] std::string text_of(const Json& json);

}  // namespace sockwarden
