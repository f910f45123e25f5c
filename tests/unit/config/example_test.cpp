#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "agent/config/file.h"
#include "agent/config/setting.h"

using namespace sockwarden;

namespace {

const std::string path = std::string(SOURCE_DIR) + "/deploy/sockwarden.example.yaml";

std::vector<std::string> lines() {
  std::ifstream file(path);
  std::vector<std::string> all;
  for (std::string line; std::getline(file, line);) all.push_back(line);
  REQUIRE_FALSE(all.empty());
  return all;
}

/// The example with each commented list of rules in the place of the empty list that it explains.
std::string with_rules() {
  std::string text, rules;
  for (const std::string& line : lines()) {
    const std::size_t mark = line.find("#   ");
    if (mark != std::string::npos && line.find_first_not_of(' ') == mark) {
      rules += "    " + line.substr(mark + 4) + "\n";
    } else if (!rules.empty() && line.ends_with(": []")) {
      text += line.substr(0, line.size() - 3) + "\n" + rules;
      rules.clear();
    } else {
      text += line + "\n";
    }
  }
  return text;
}

/// Every "a.b" that the text sets, by its indentation.
std::vector<std::string> keys_of(const std::vector<std::string>& text) {
  std::vector<std::string> keys;
  std::string section;
  for (const std::string& line : text) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string::npos || line[begin] == '#') continue;
    const std::string key = line.substr(begin, line.find(':') - begin);
    if (begin == 0) section = key;
    keys.push_back(begin == 0 ? key : section + "." + key);
  }
  return keys;
}

}  // namespace

TEST_CASE("the example configuration is exactly the defaults") {
  const auto config = read_config(path);
  REQUIRE(config.has_value());
  CHECK(*config == Config{});
}

TEST_CASE("the default that a setting states is its default") {
  for (const Setting& setting : settings()) {
    CAPTURE(setting.key);
    std::vector<std::string> values{setting.standard};
    if (setting.form == Setting::Form::list) {
      std::istringstream words(setting.standard);
      values.clear();
      for (std::string word; std::getline(words, word, ',');) values.push_back(word);
    }
    Config config;
    CHECK(setting.set(config, values).has_value());
    CHECK(config == Config{});
    CHECK((setting.in_force != nullptr) == (setting.standard == "by-profile"));
  }
}

TEST_CASE("the example configuration states every key") {
  const std::vector<std::string> stated = keys_of(lines());
  for (const Setting& setting : settings()) {
    CAPTURE(setting.key);
    CHECK(std::count(stated.begin(), stated.end(), setting.key) == 1);
  }
  for (const char* key : {"targets.include", "targets.exclude", "identity.rules", "findings.mute", "overrides"}) {
    CHECK(std::count(stated.begin(), stated.end(), key) == 1);
  }
}

TEST_CASE("each key of a rule stands in a commented example that parses") {
  const std::string text = with_rules();
  const auto config = parse_config(text, path);
  if (!config) FAIL(config.error().message());
  CHECK(config->targets.include.size() == 2);
  CHECK(config->targets.exclude.size() == 2);
  CHECK(config->identity.rules.size() == 2);
  CHECK(config->findings.mute.size() == 1);
  CHECK(config->overrides.size() == 1);
  std::stringstream rules;
  for (const std::string& line : lines()) {
    if (line.find("#   ") != std::string::npos) rules << line << "\n";
  }
  const auto shown = [&rules](const std::string& key) { return rules.str().find(key + ":") != std::string::npos; };
  for (const auto* keys : {&rule_keys(), &match_keys(), &override_keys(), &mute_keys(), &identity_rule_keys()}) {
    for (const std::string& key : *keys) {
      CAPTURE(key);
      CHECK(shown(key));
    }
  }
}

TEST_CASE("every flag of a setting is named in the example, unless it is hidden") {
  std::stringstream text;
  for (const std::string& line : lines()) text << line << "\n";
  for (const Setting& setting : settings()) {
    if (setting.flag.empty() || setting.hidden) continue;
    CAPTURE(setting.flag);
    CHECK(text.str().find(setting.flag) != std::string::npos);
  }
}
