// Walks YAML nodes strictly. Its faults are thrown as ConfigFault, which stops at parse_config().
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>
#include <vector>

#include "agent/contract/error.h"

namespace sockwarden {

struct ConfigFault {
  Error error;
};

/// The document of a file of at most one; an empty file holds Null. Throws YAML::Exception.
/// Not YAML::LoadAll(): release 0.7 goes round for ever on some texts that close what they did not open.
YAML::Node only_document(const std::string& text);

class YamlReader {
 public:
  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  [[noreturn]] void fail(const YAML::Node& node, const std::string& what, const std::string& advice = "") const;

  /// "sockwarden.yaml:12"
  [[nodiscard]] std::string place(const YAML::Node& node) const;

  /// Calls `visit` for each key of a map; a key that is not `known`, or comes twice, is a fault.
  void each(const YAML::Node& map, const std::string& path, const std::vector<std::string>& known,
            const std::function<void(const std::string&, const YAML::Node&)>& visit) const;

  [[nodiscard]] std::string text(const YAML::Node& node, const std::string& path) const;
  [[nodiscard]] std::vector<std::string> texts(const YAML::Node& node, const std::string& path) const;

 private:
  std::string file_;
};

}  // namespace sockwarden
