#include "agent/config/rule_file.h"

#include <limits>

#include "agent/config/file.h"
#include "agent/config/value.h"

namespace sockwarden {
namespace {

template <class T>
T checked(const YamlReader& reader, const YAML::Node& node, const std::string& path, Read<T> value) {
  if (!value) reader.fail(node, path + ": " + value.error());
  return *value;
}

void read_rule_key(TargetRule& rule, const YamlReader& reader, const YAML::Node& node, const std::string& key,
                   const std::string& path) {
  const std::string text = reader.text(node, path);
  if (text.empty()) reader.fail(node, path + " is empty", "leave the key out to match everything");
  if (key == "comm") rule.comm = text;
  if (key == "exe") rule.exe = text;
  if (key == "cgroup") rule.cgroup = text;
  if (key == "pid") rule.pid = checked(reader, node, path, count_between(1, 1U << 22)(text));
  if (key == "port") {
    rule.port = static_cast<std::uint16_t>(checked(reader, node, path, count_between(1, 65535)(text)));
  }
}

template <class Entry>
std::vector<Entry> read_list(const YamlReader& reader, const YAML::Node& list, const std::string& path,
                             const std::function<Entry(const YAML::Node&)>& read) {
  if (!list.IsSequence()) reader.fail(list, path + " must be a list of rules, each with a dash");
  std::vector<Entry> entries;
  for (const auto& entry : list) entries.push_back(read(entry));
  return entries;
}

ThresholdOverride read_override(const YamlReader& reader, const YAML::Node& entry) {
  ThresholdOverride result;
  const auto duration = duration_between(std::chrono::milliseconds(100), std::chrono::hours(24 * 7));
  reader.each(entry, "overrides", override_keys(), [&](const std::string& key, const YAML::Node& node) {
    const std::string path = "overrides." + key;
    if (key == "match") {
      reader.each(node, path, match_keys(), [&](const std::string& part, const YAML::Node& value) {
        read_rule_key(result.match, reader, value, part, path + "." + part);
        if (part == "endpoint") result.endpoint = value.Scalar();
      });
      return;
    }
    const std::string text = reader.text(node, path);
    if (key == "wait") result.wait = checked(reader, node, path, duration(text));
    if (key == "leak") result.leak = checked(reader, node, path, duration(text));
    if (key == "close_wait") result.close_wait = checked(reader, node, path, duration(text));
    if (key == "unproven") result.unproven = checked(reader, node, path, duration(text));
    if (key == "leak_count") result.leak_count = checked(reader, node, path, count_between(1, 1U << 24)(text));
  });
  if (!result.wait && !result.leak && !result.close_wait && !result.unproven && !result.leak_count) {
    reader.fail(entry, "an override changes nothing", "give it wait, leak, close_wait, unproven or leak_count");
  }
  return result;
}

}  // namespace

const std::vector<std::string>& rule_keys() {
  static const std::vector<std::string> keys{"comm", "exe", "cgroup", "pid", "port"};
  return keys;
}

const std::vector<std::string>& match_keys() {
  static const std::vector<std::string> keys{"comm", "exe", "cgroup", "pid", "port", "endpoint"};
  return keys;
}

const std::vector<std::string>& override_keys() {
  static const std::vector<std::string> keys{"match", "wait", "leak", "close_wait", "unproven", "leak_count"};
  return keys;
}

std::vector<TargetRule> read_rules(const YamlReader& reader, const YAML::Node& list, const std::string& path) {
  return read_list<TargetRule>(reader, list, path, [&](const YAML::Node& entry) {
    TargetRule rule;
    reader.each(entry, path, rule_keys(), [&](const std::string& key, const YAML::Node& node) {
      read_rule_key(rule, reader, node, key, path + "." + key);
    });
    if (rule == TargetRule{})
      reader.fail(entry, "a rule of " + path + " is empty", "give it comm, exe, cgroup, pid or port");
    return rule;
  });
}

std::vector<ThresholdOverride> read_overrides(const YamlReader& reader, const YAML::Node& list) {
  return read_list<ThresholdOverride>(reader, list, "overrides",
                                      [&](const YAML::Node& entry) { return read_override(reader, entry); });
}

}  // namespace sockwarden
