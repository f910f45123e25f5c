// The YAML file -> Config. Unknown keys, wrong types and wrong values are errors with their line.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/config/config.h"
#include "agent/contract/error.h"

namespace sockwarden {

/// Sets what `text` says on top of `config`; `name` is the file's name for errors.
[[nodiscard]] tl::expected<Config, Error> parse_config(const std::string& text, const std::string& name,
                                                       Config config = {});
[[nodiscard]] tl::expected<Config, Error> read_config(const std::string& path, Config config = {});

/// Keys of a rule below `targets.include` and `targets.exclude`, of `match`, and of an entry of `overrides`.
[[nodiscard]] const std::vector<std::string>& rule_keys();
[[nodiscard]] const std::vector<std::string>& match_keys();
[[nodiscard]] const std::vector<std::string>& override_keys();

}  // namespace sockwarden
