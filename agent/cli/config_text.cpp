#include "agent/cli/config_text.h"

#include <algorithm>
#include <vector>

#include "agent/cli/display.h"
#include "agent/config/duration.h"
#include "agent/config/setting.h"

namespace sockwarden {
namespace {

struct Row {
  std::string key, value, source;
};

/// What "by-profile" is in the profile that was chosen.
std::string by_profile(const Config& config, const std::string& key) {
  if (key == "kernel.scan_interval") return format_duration(config.kernel.scan_interval);
  if (key == "thresholds.wait") return format_duration(config.thresholds.wait);
  if (key == "thresholds.leak") return format_duration(config.thresholds.leak);
  if (key == "thresholds.close_wait") return format_duration(config.thresholds.close_wait);
  return std::to_string(config.thresholds.leak_count);
}

std::vector<Row> rows_of(const LoadedConfig& loaded) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& key, const std::string& standard) {
    const auto given = loaded.origins.find(key);
    const bool is_given = given != loaded.origins.end();
    Row row{key, is_given ? given->second.text : standard, is_given ? given->second.source : "default"};
    if (row.value == "by-profile") {
      row.value = by_profile(loaded.config, key);
      row.source += ", by profile";
    }
    rows.push_back(std::move(row));
  };
  for (const Setting& setting : settings()) add(setting.key, setting.standard);
  for (const char* rules : {"targets.include", "targets.exclude", "overrides"}) add(rules, "none");
  return rows;
}

std::string padded(const std::string& text, std::size_t columns) {
  return text + std::string(columns - std::min(columns, columns_of(text)) + 2, ' ');
}

}  // namespace

std::string config_text(const LoadedConfig& loaded) {
  const auto rows = rows_of(loaded);
  std::size_t keys = 0;
  std::size_t values = 0;
  for (const Row& row : rows) {
    keys = std::max(keys, row.key.size());
    values = std::max(values, columns_of(printable(row.value)));
  }
  std::string text;
  for (const Row& row : rows) {
    text += padded(row.key, keys) + padded(printable(row.value), values) + printable(row.source) + "\n";
  }
  return text;
}

Json config_json(const LoadedConfig& loaded) {
  Json json = Json::object();
  for (const Row& row : rows_of(loaded)) json[row.key] = {{"value", row.value}, {"source", row.source}};
  return json;
}

}  // namespace sockwarden
