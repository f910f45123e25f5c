#include <iostream>
#include <memory>

#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/config_text.h"
#include "agent/cli/output_format.h"
#include "agent/cli/setting_flags.h"

namespace sockwarden {
namespace {

struct Flags {
  SettingFlags settings;
  OutputFormat format;
  std::string action;
  std::string file;
};

int check(const LoadedConfig& loaded, const std::string& file) {
  for (const std::string& warning : loaded.warnings) complain(warning, exit_good);
  std::cout << (file.empty() ? "the defaults are" : file + " is") << " good\n";
  return exit_good;
}

int run(const Flags& flags) {
  ConfigSources sources = flags.settings.sources();
  if (!flags.file.empty()) sources.file = flags.file;
  const auto loaded = load_config(sources);
  if (!loaded) return complain(loaded.error(), exit_usage);
  if (flags.action == "check") return check(*loaded, sources.file);
  std::cout << (flags.format.json() ? config_json(*loaded).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                                    : config_text(*loaded));
  return exit_good;
}

}  // namespace

Command config_command() {
  return {"config", "Check a configuration, or show what is in force and where it comes from",
          "  sockwarden config check /etc/sockwarden/sockwarden.yaml\n"
          "  sockwarden config show\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("action", flags->action, "what to do: check or show")
                ->type_name("")
                ->required()
                ->check(CLI::IsMember({"check", "show"}));
            app.add_option("file", flags->file, "the file, with conf.d/*.yaml beside it; otherwise that of the agent")
                ->type_name("");
            flags->format.declare(app);
            flags->settings.declare_all(app);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
