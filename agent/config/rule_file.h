// The lists of rules in the YAML file: targets, threshold overrides, mutes and names.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/config/yaml_reader.h"

namespace sockwarden {

[[nodiscard]] std::vector<TargetRule> read_rules(const YamlReader& reader, const YAML::Node& list,
                                                 const std::string& path);
[[nodiscard]] std::vector<ThresholdOverride> read_overrides(const YamlReader& reader, const YAML::Node& list);

[[nodiscard]] std::vector<Mute> read_mutes(const YamlReader& reader, const YAML::Node& list);
[[nodiscard]] std::vector<IdentityRule> read_identity_rules(const YamlReader& reader, const YAML::Node& list);

}  // namespace sockwarden
