// JSON of the other side: whatever is not as expected is nothing.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace sockwarden {

using Json = nlohmann::json;

/// Symbols and paths may hold any bytes.
[[nodiscard]] inline std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What `read` makes of the text, or nothing where any part of it is of another kind.
template <typename Read>
[[nodiscard]] auto read_json(std::string_view text, const Read& read) -> std::optional<decltype(read(Json()))> {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

[[nodiscard]] inline std::string bounded_text(const Json& json) {
  constexpr std::size_t longest = 4096;
  auto text = json.get<std::string>();
  if (text.size() > longest) text.resize(longest);
  return text;
}

template <typename Value>
[[nodiscard]] Json json_of_optional(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}
template <typename Value>
[[nodiscard]] std::optional<Value> optional_of(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<Value>(json.get<Value>());
}

}  // namespace sockwarden
