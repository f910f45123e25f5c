#include "agent/cli/config_text.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace sockwarden;

namespace {

LoadedConfig in_development() {
  ConfigSources sources{.file = "", .environment = {}, .flags = {}};
  sources.flags = {{"profile", {"development"}}, {"thresholds.leak", {"9s"}}};
  return load_config(sources).value();
}

}  // namespace

TEST_CASE("the settings in force are shown with their values and sources") {
  std::istringstream lines(config_text(in_development()));
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, value, source;
    words >> key >> value;
    std::getline(words >> std::ws, source);
    rows[key] = value + " | " + source;
  }
  CHECK(rows.at("profile") == "development | --profile");
  CHECK(rows.at("thresholds.wait") == "4s | default, by profile");
  CHECK(rows.at("kernel.scan_interval") == "1s | default, by profile");
  CHECK(rows.at("thresholds.leak_count") == "3 | default, by profile");
  CHECK(rows.at("thresholds.leak") == "9s | --thresholds.leak");
  CHECK(rows.at("findings.retention") == "15m | default");
  CHECK(rows.at("targets.include") == "none | default");
  CHECK(rows.at("findings.mute") == "none | default");
}

TEST_CASE("the settings in force are told as data") {
  const Json json = config_json(in_development());
  CHECK(json.at("thresholds.leak") == Json({{"value", "9s"}, {"source", "--thresholds.leak"}}));
}
