#include "agent/config/rule_file.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "agent/config/file.h"
#include "agent/config/finding_class_names.h"
#include "agent/config/nearest.h"
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

/// A rule and a glob on endpoints.
void read_match(TargetRule& rule, std::string& endpoint, const YamlReader& reader, const YAML::Node& match,
                const std::string& path) {
  reader.each(match, path, match_keys(), [&](const std::string& key, const YAML::Node& node) {
    read_rule_key(rule, reader, node, key, path + "." + key);
    if (key == "endpoint") endpoint = node.Scalar();
  });
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
    if (key == "match") return read_match(result.match, result.endpoint, reader, node, path);
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

std::string read_class(const YamlReader& reader, const YAML::Node& node, const std::string& path) {
  const std::vector<std::string> known(std::begin(finding_class_names), std::end(finding_class_names));
  std::string name = reader.text(node, path);
  if (std::find(known.begin(), known.end(), name) == known.end())
    reader.fail(node, path + ": \"" + name + "\" is no class of findings", suggestion(name, known));
  return name;
}

Mute read_mute(const YamlReader& reader, const YAML::Node& entry) {
  Mute mute;
  reader.each(entry, "findings.mute", mute_keys(), [&](const std::string& key, const YAML::Node& node) {
    const std::string path = "findings.mute." + key;
    if (key == "match") read_match(mute.match, mute.endpoint, reader, node, path);
    if (key == "class") mute.class_name = read_class(reader, node, path);
    if (key == "until") mute.until = checked(reader, node, path, read_time(reader.text(node, path)));
    if (key == "reason") mute.reason = reader.text(node, path);
  });
  if (mute.class_name.empty() && mute.match == TargetRule{} && mute.endpoint.empty())
    reader.fail(entry, "an entry of findings.mute mutes everything", "give it a class, a match or both");
  if (mute.reason.empty())
    reader.fail(entry, "an entry of findings.mute has no reason", "say why these findings are accepted");
  return mute;
}

IdentityRule read_identity_rule(const YamlReader& reader, const YAML::Node& entry) {
  IdentityRule rule;
  reader.each(entry, "identity.rules", identity_rule_keys(), [&](const std::string& key, const YAML::Node& node) {
    const std::string path = "identity.rules." + key;
    if (key == "service") {
      rule.service = reader.text(node, path);
    } else if (key == "command_line") {
      rule.command_line = reader.text(node, path);
    } else {
      read_rule_key(rule.match, reader, node, key, path);
    }
  });
  if (rule.match == TargetRule{} && rule.command_line.empty())
    reader.fail(entry, "a rule of identity.rules is empty", "give it comm, exe, cgroup or command_line");
  if (rule.service.empty()) reader.fail(entry, "a rule of identity.rules gives no name", "give it service");
  return rule;
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

const std::vector<std::string>& mute_keys() {
  static const std::vector<std::string> keys{"class", "match", "until", "reason"};
  return keys;
}

const std::vector<std::string>& identity_rule_keys() {
  static const std::vector<std::string> keys{"comm", "exe", "cgroup", "command_line", "service"};
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

std::vector<Mute> read_mutes(const YamlReader& reader, const YAML::Node& list) {
  return read_list<Mute>(reader, list, "findings.mute",
                         [&](const YAML::Node& entry) { return read_mute(reader, entry); });
}

std::vector<IdentityRule> read_identity_rules(const YamlReader& reader, const YAML::Node& list) {
  return read_list<IdentityRule>(reader, list, "identity.rules",
                                 [&](const YAML::Node& entry) { return read_identity_rule(reader, entry); });
}

}  // namespace sockwarden
