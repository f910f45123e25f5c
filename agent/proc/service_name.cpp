#include "agent/proc/service_name.h"

#include <optional>
#include <utility>
#include <vector>

#include "agent/proc/command_name.h"

namespace sockwarden {
namespace {

/// It is a label of every metric of the process.
constexpr std::size_t longest_name = 64;
constexpr std::size_t shortest_cut_comm = 15;  // TASK_COMM_LEN - 1

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parts;
}

/// "name=value" → "value"
std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || text.size() <= name.size() + 1 || text[name.size()] != '=') return std::nullopt;
  return text.substr(name.size() + 1);
}

struct OwnNames {
  std::string_view given;   ///< for this agent
  std::string_view traced;  ///< for OpenTelemetry
};

OwnNames own_names(std::string_view environ) {
  OwnNames names;
  for (const std::string_view variable : parts_of(environ, '\0')) {
    for (const std::string_view name : {"sockwarden.service", "SOCKWARDEN_SERVICE"})
      if (const auto value = value_of(variable, name)) names.given = *value;
    if (const auto value = value_of(variable, "OTEL_SERVICE_NAME")) names.traced = *value;
    const auto attributes = value_of(variable, "OTEL_RESOURCE_ATTRIBUTES");
    for (const std::string_view attribute : parts_of(attributes.value_or(""), ','))
      if (const auto value = value_of(attribute, "service.name"); value && names.traced.empty()) names.traced = *value;
  }
  return names;
}

/// Of a title that php-fpm gives its workers; a unit has many pools.
std::string pool_of_php_fpm(std::string_view title) {
  constexpr std::string_view pool = "php-fpm: pool ";
  if (!title.starts_with(pool)) return {};
  title.remove_prefix(pool.size());
  return "php-fpm pool " + std::string(title.substr(0, title.find(' ')));
}

/// comm holds 15 bytes.
std::string whole_comm(std::string_view comm, std::string_view exe) {
  const std::string_view file = exe.substr(exe.rfind('/') + 1);
  return comm.size() == shortest_cut_comm && file.size() > comm.size() && file.starts_with(comm) ? std::string(file)
                                                                                                 : std::string();
}

}  // namespace

ServiceName service_name(const NameSources& sources, const CgroupPlace& place) {
  const auto arguments = parts_of(sources.cmdline, '\0');
  const OwnNames own = own_names(sources.environ);
  ServiceName service{std::string(own.given)};
  std::string& name = service.name;
  if (name.empty() && !arguments.empty()) name = pool_of_php_fpm(arguments.front());
  if (name.empty() && place.is_service) {
    name = place.unit.substr(0, place.unit.rfind(".service"));
    service.is_of_unit = true;
  }
  if (name.empty()) name = own.traced;
  if (name.empty()) name = command_name(sources.exe, arguments);
  if (name.empty()) name = whole_comm(sources.comm, sources.exe);
  if (name.size() > longest_name) name.resize(longest_name);
  return service;
}

}  // namespace sockwarden
