#include "agent/cli/json_cells.h"

#include <chrono>
#include <cstdio>

#include "agent/cli/display.h"

namespace sockwarden {

const Json& member(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

std::string word_cell(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? printable(value.get<std::string>()) : "-";
}

std::string service_cell(const Json& process) {
  const std::string service = word_cell(process, "service");
  return service != "-" ? service : word_cell(process, "comm");
}

std::string number_cell(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number()) return "-";
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value.get<double>());
  return text;
}

std::string duration_cell(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number()) return "-";
  const std::chrono::duration<double> seconds(value.get<double>());
  return short_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(seconds));
}

}  // namespace sockwarden
