#include "agent/cli/description.h"

#include "agent/contract/build_info.h"

namespace sockwarden {
namespace {

Json options_of(const CLI::App& app) {
  Json rows = Json::array();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    Json names = Json::array();
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    rows.push_back({{"names", names},
                    {"argument", option->get_positional() ? option->get_name() : ""},
                    {"takes_value", option->get_items_expected_max() > 0},
                    {"help", option->get_description()}});
  }
  return rows;
}

}  // namespace

Json description(const CLI::App& app, const std::vector<Command>& known) {
  Json json{{"version", this_build().version}, {"options", options_of(app)}, {"commands", Json::array()}};
  for (const Command& command : known) {
    const CLI::App& sub = *app.get_subcommand(command.name);
    if (sub.get_group().empty()) continue;
    json["commands"].push_back({{"name", command.name},
                                {"summary", command.summary},
                                {"examples", command.examples},
                                {"options", options_of(sub)}});
  }
  return json;
}

}  // namespace sockwarden
