#include "agent/cli/output_format.h"

namespace sockwarden {

void OutputFormat::declare(CLI::App& app) {
  const auto known = [](const std::string& text) {
    return text == "text" || text == "json" ? std::string() : "\"" + text + "\" is no format, use text or json";
  };
  app.add_option("--format", name_, "text or json")->type_name("")->check(known);
}

}  // namespace sockwarden
