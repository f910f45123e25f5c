#include "agent/config/file.h"

#include <algorithm>
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
    keys.emplace_back("identity");
    keys.emplace_back("overrides");
  }
  if (section == "findings") keys.emplace_back("mute");
  if (section == "identity") keys = {"rules"};
  if (section == "targets") keys = {"include", "exclude"};
  return keys;
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ",") + value;
  return text;
}

/// One file on its way into a Config.
class Applied {
 public:
  Applied(Config& config, const YamlReader& reader, ValueOrigins* origins)
      : config_(config), reader_(reader), origins_(origins) {}

  void section(const YAML::Node& section, const std::string& name) {
    reader_.each(section, name, keys_below(name), [&](const std::string& key, const YAML::Node& node) {
      const std::string path = name.empty() ? key : name + "." + key;
      if (const Setting* one = find_setting(path)) return setting(*one, node);
      if (path == "targets.include") {
        append(config_.targets.include, read_rules(reader_, node, path), path, node);
      } else if (path == "targets.exclude") {
        append(config_.targets.exclude, read_rules(reader_, node, path), path, node);
      } else if (path == "identity.rules") {
        append(config_.identity.rules, read_identity_rules(reader_, node), path, node);
      } else if (path == "findings.mute") {
        append(config_.findings.mute, read_mutes(reader_, node), path, node);
      } else if (path == "overrides") {
        append(config_.overrides, read_overrides(reader_, node), path, node);
      } else {
        this->section(node, path);
      }
    });
  }

 private:
  void setting(const Setting& setting, const YAML::Node& node) {
    const std::vector<std::string> values = setting.form == Setting::Form::list
                                                ? reader_.texts(node, setting.key)
                                                : std::vector<std::string>{reader_.text(node, setting.key)};
    if (const auto outcome = setting.set(config_, values); !outcome) {
      reader_.fail(node, setting.key + ": " + outcome.error());
    }
    if (origins_ != nullptr) (*origins_)[setting.key] = {joined(values), reader_.place(node)};
  }

  template <class Rule>
  void append(std::vector<Rule>& rules, std::vector<Rule> more, const std::string& path, const YAML::Node& node) {
    std::move(more.begin(), more.end(), std::back_inserter(rules));
    if (origins_ == nullptr) return;
    ValueOrigin& origin = (*origins_)[path];
    origin.text = std::to_string(rules.size()) + (rules.size() == 1 ? " rule" : " rules");
    origin.source += (origin.source.empty() ? "" : ", ") + reader_.place(node);
  }

  Config& config_;
  const YamlReader& reader_;
  ValueOrigins* origins_;
};

Error broken(const std::string& place, const std::string& what) {
  return {"read the configuration", place + ": " + what, 0, ""};
}

}  // namespace

tl::expected<Config, Error> parse_config(const std::string& text, const std::string& name, Config config,
                                         ValueOrigins* origins) {
  try {
    const YAML::Node document = only_document(text);
    if (document.IsNull()) return config;
    Applied(config, YamlReader(name), origins).section(document, "");
    return config;
  } catch (const ConfigFault& fault) {
    return tl::unexpected(fault.error);
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.is_null() ? "" : ":" + std::to_string(error.mark.line + 1);
    return tl::unexpected(broken(name + line, "broken YAML, " + error.msg));
  }
}

tl::expected<Config, Error> read_config(const std::string& path, Config config, ValueOrigins* origins) {
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
  return parse_config(text, path, std::move(config), origins);
}

std::vector<std::string> config_files(const std::string& path) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path() / "conf.d", ignored)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  files.insert(files.begin(), path);
  return files;
}

}  // namespace sockwarden
