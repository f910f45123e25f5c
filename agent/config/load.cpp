#include "agent/config/load.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "agent/config/file.h"
#include "agent/config/nearest.h"
#include "agent/config/setting.h"

namespace sockwarden {
namespace {

constexpr const char* prefix = "SOCKWARDEN_";

std::vector<std::string> comma_list(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Kubernetes gives every pod such variables where a service is called "sockwarden".
bool is_service_link(const std::string& name) {
  return name.starts_with("SOCKWARDEN_SERVICE_") || name == "SOCKWARDEN_PORT" || name.starts_with("SOCKWARDEN_PORT_");
}

std::vector<std::string> unknown_variables(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> known{"SOCKWARDEN_CONFIG",  "SOCKWARDEN_SERVICE",  "SOCKWARDEN_AGENT",
                                 "SOCKWARDEN_CA_FILE", "SOCKWARDEN_USERNAME", "SOCKWARDEN_PASSWORD_FILE"};
  for (const Setting& setting : settings()) known.push_back(setting.variable());
  std::vector<std::string> warnings;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(prefix) || is_service_link(name)) continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto meant = nearest(name, known);
    warnings.push_back("the environment variable " + name + " is unknown and ignored" +
                       (meant ? "; did you mean " + *meant + "?" : ""));
  }
  return warnings;
}

}  // namespace

tl::expected<LoadedConfig, Error> load_config(const ConfigSources& sources) {
  Config config;
  ValueOrigins origins;
  for (const std::string& file : sources.file.empty() ? std::vector<std::string>{} : config_files(sources.file)) {
    auto from_file = read_config(file, std::move(config), &origins);
    if (!from_file) return tl::unexpected(from_file.error());
    config = std::move(*from_file);
  }
  for (const Setting& setting : settings()) {
    const auto variable = sources.environment.find(setting.variable());
    if (variable == sources.environment.end()) continue;
    const bool is_list = setting.form == Setting::Form::list;
    const auto outcome =
        setting.set(config, is_list ? comma_list(variable->second) : std::vector<std::string>{variable->second});
    if (!outcome) return tl::unexpected(Error{"use the environment variable", variable->first, 0, outcome.error()});
    origins[setting.key] = {variable->second, variable->first};
  }
  for (const auto& [key, values] : sources.flags) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) return tl::unexpected(Error{"set", key, 0, "there is no such setting"});
    const auto outcome = setting->set(config, values);
    if (!outcome) return tl::unexpected(Error{"use the flag", setting->flag, 0, outcome.error()});
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ",") + value;
    origins[key] = {text, setting->flag.empty() ? "--" + key : setting->flag};
  }
  return LoadedConfig{with_profile(std::move(config)), unknown_variables(sources.environment), std::move(origins)};
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const char* const equals = std::strchr(*entry, '=');
    if (equals != nullptr) all.emplace(std::string(*entry, static_cast<std::size_t>(equals - *entry)), equals + 1);
  }
  return all;
}

}  // namespace sockwarden
