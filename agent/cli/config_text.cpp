#include "agent/cli/config_text.h"

#include <algorithm>
#include <vector>

#include "agent/cli/display.h"
#include "agent/config/setting.h"

namespace sockwarden {
namespace {

struct Row {
  std::string key, value, source;
};

std::vector<Row> rows_of(const LoadedConfig& loaded) {
  std::vector<Row> rows;
  const auto row = [&loaded](const std::string& key, const std::string& standard) {
    const auto given = loaded.origins.find(key);
    if (given == loaded.origins.end()) return Row{key, standard, "default"};
    return Row{key, given->second.text, given->second.source};
  };
  for (const Setting& setting : settings()) {
    rows.push_back(row(setting.key, setting.standard));
    if (rows.back().value != "by-profile" || !setting.in_force) continue;
    rows.back().value = setting.in_force(loaded.config);
    rows.back().source += ", by profile";
  }
  for (const char* rules : {"targets.include", "targets.exclude", "identity.rules", "findings.mute", "overrides"})
    rows.push_back(row(rules, "none"));
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
