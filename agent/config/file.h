// The YAML file -> Config. Unknown keys, wrong types and wrong values are errors with their line.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/config/config.h"
#include "agent/config/value_origin.h"
#include "agent/contract/error.h"

namespace sockwarden {

/// Sets what `text` says on top of `config`, and notes it in `origins`; rules are added to those that are there. `name`
/// is the file's name for errors.
[[nodiscard]] tl::expected<Config, Error> parse_config(const std::string& text, const std::string& name,
                                                       Config config = {}, ValueOrigins* origins = nullptr);
[[nodiscard]] tl::expected<Config, Error> read_config(const std::string& path, Config config = {},
                                                      ValueOrigins* origins = nullptr);

/// `path`, and then the files conf.d/*.yaml beside it, by name.
[[nodiscard]] std::vector<std::string> config_files(const std::string& path);

/// Keys of a rule below `targets.include` and `targets.exclude`, of `match`, and of an entry of `overrides`,
/// `findings.mute` and `identity.rules`.
[[nodiscard]] const std::vector<std::string>& rule_keys();
[[nodiscard]] const std::vector<std::string>& match_keys();
[[nodiscard]] const std::vector<std::string>& override_keys();
[[nodiscard]] const std::vector<std::string>& mute_keys();
[[nodiscard]] const std::vector<std::string>& identity_rule_keys();

}  // namespace sockwarden
