#include "agent/config/file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/config/rule_file.h"
#include "agent/config/setting.h"
#include "agent/config/yaml_reader.h"

namespace sockwarden {
namespace {

/// The names that may stand below `section`; "" = the top.
std::vector<std::string> keys_below(const std::string& section) {
  std::vector<std::string> keys;
  const std::string prefix = section.empty() ? "" : section + ".";
  const auto add = [&keys](const std::string& key) {
    if (keys.empty() || keys.back() != key) keys.push_back(key);
  };
  for (const Setting& setting : settings()) {
    if (!setting.key.starts_with(prefix)) continue;
    const std::string rest = setting.key.substr(prefix.size());
    add(rest.substr(0, rest.find('.')));
  }
  if (section.empty()) {
    keys.emplace_back("targets");
    keys.emplace_back("overrides");
  }
  if (section == "targets") keys = {"include", "exclude"};
  return keys;
}

void apply_setting(Config& config, const YamlReader& reader, const Setting& setting, const YAML::Node& node) {
  const std::vector<std::string> values = setting.form == Setting::Form::list
                                              ? reader.texts(node, setting.key)
                                              : std::vector<std::string>{reader.text(node, setting.key)};
  if (const auto outcome = setting.set(config, values); !outcome) {
    reader.fail(node, setting.key + ": " + outcome.error());
  }
}

void apply_section(Config& config, const YamlReader& reader, const YAML::Node& section, const std::string& name) {
  reader.each(section, name, keys_below(name), [&](const std::string& key, const YAML::Node& node) {
    const std::string path = name.empty() ? key : name + "." + key;
    if (const Setting* setting = find_setting(path)) return apply_setting(config, reader, *setting, node);
    if (path == "targets.include") {
      config.targets.include = read_rules(reader, node, path);
    } else if (path == "targets.exclude") {
      config.targets.exclude = read_rules(reader, node, path);
    } else if (path == "overrides") {
      config.overrides = read_overrides(reader, node);
    } else {
      apply_section(config, reader, node, path);
    }
  });
}

Error broken(const std::string& place, const std::string& what) {
  return {"read the configuration", place + ": " + what, 0, ""};
}

}  // namespace

tl::expected<Config, Error> parse_config(const std::string& text, const std::string& name, Config config) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) return tl::unexpected(broken(name, "it holds more than one document"));
    if (documents.empty() || documents.front().IsNull()) return config;
    apply_section(config, YamlReader(name), documents.front(), "");
    return config;
  } catch (const ConfigFault& fault) {
    return tl::unexpected(fault.error);
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.is_null() ? "" : ":" + std::to_string(error.mark.line + 1);
    return tl::unexpected(broken(name + line, "broken YAML, " + error.msg));
  }
}

tl::expected<Config, Error> read_config(const std::string& path, Config config) {
  const auto refused = [&path](int code) {
    return tl::unexpected(Error{"read the configuration", path, code, "check --config"});
  };
  errno = 0;
  std::ifstream file(path);
  if (!file.is_open()) return refused(errno);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return refused(EISDIR);
  std::stringstream content;
  content << file.rdbuf();
  if (file.bad()) return refused(EIO);
  const std::string text = content.str();
  return parse_config(text, path, std::move(config));
}

}  // namespace sockwarden
