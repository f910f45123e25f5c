#include "agent/config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "agent/config/nearest.h"

namespace sockwarden {
namespace {

const char* kind_of(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "nothing";
  return "one value";
}

class Ignored : public YAML::EventHandler {
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

YAML::Node only_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Ignored ignored;
  if (parser.HandleNextDocument(ignored) && parser) {
    throw YAML::ParserException(YAML::Mark::null_mark(), "it holds more than one document");
  }
  return YAML::Load(text);
}

void YamlReader::fail(const YAML::Node& node, const std::string& what, const std::string& advice) const {
  throw ConfigFault{{"read the configuration", place(node) + ": " + what, 0, advice}};
}

std::string YamlReader::place(const YAML::Node& node) const {
  const YAML::Mark mark = node.Mark();
  return file_ + (mark.is_null() ? "" : ":" + std::to_string(mark.line + 1));
}

void YamlReader::each(const YAML::Node& map, const std::string& path, const std::vector<std::string>& known,
                      const std::function<void(const std::string&, const YAML::Node&)>& visit) const {
  const std::string name = path.empty() ? "the file" : path;
  if (!map.IsMap()) fail(map, name + " must be a map of keys, it is " + kind_of(map));
  std::set<std::string> seen;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar()) fail(entry.first, "a key of " + name + " must be one word");
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail(entry.first, "unknown key \"" + (path.empty() ? key : path + "." + key) + "\"", suggestion(key, known));
    }
    if (!seen.insert(key).second) fail(entry.first, "key \"" + key + "\" stands twice in " + name);
    visit(key, entry.second);
  }
}

std::string YamlReader::text(const YAML::Node& node, const std::string& path) const {
  if (!node.IsScalar()) fail(node, path + " must be one value, it is " + kind_of(node));
  return node.Scalar();
}

std::vector<std::string> YamlReader::texts(const YAML::Node& node, const std::string& path) const {
  if (node.IsScalar()) return {node.Scalar()};
  if (!node.IsSequence()) fail(node, path + " must be a list, it is " + kind_of(node));
  std::vector<std::string> all;
  for (const auto& entry : node) all.push_back(text(entry, path));
  return all;
}

}  // namespace sockwarden
