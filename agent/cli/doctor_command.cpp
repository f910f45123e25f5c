#include <iostream>
#include <memory>

#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/doctor_report.h"
#include "agent/cli/output_format.h"
#include "agent/cli/setting_flags.h"

namespace sockwarden {
namespace {

struct Flags {
  SettingFlags settings;
  OutputFormat format;
};

int run(const Flags& flags) {
  const auto loaded = load_config(flags.settings.sources());
  if (!loaded) return complain(loaded.error(), exit_usage);
  const auto variant = flags.settings.variant();
  if (!variant) return complain(variant.error(), exit_usage);

  Diagnosis diagnosis{.host = probe_host(), .failure = std::nullopt, .hooks = {}, .scan_failure = std::nullopt};
  if (auto kernel = load_kernel(kernel_options(loaded->config.kernel, *variant))) {
    diagnosis.hooks = (*kernel)->hooks();
    if (const auto sample = (*kernel)->scan(); !sample) diagnosis.scan_failure = sample.error();
  } else {
    diagnosis.failure = kernel.error();
  }
  std::cout << (flags.format.json() ? doctor_json(diagnosis).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                                    : doctor_text(diagnosis));
  return static_cast<int>(diagnosis.ability());
}

}  // namespace

Command doctor_command() {
  return {"doctor", "Say what this host lets sockwarden see, and what is lost",
          "  sockwarden doctor\n"
          "  sockwarden doctor --format json\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            flags->settings.declare_kernel(app);
            flags->format.declare(app);
            app.footer("Exit status: 0 fully able, 1 reduced, 2 unable (or a wrong command line).");
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
