#include "agent/cli/watch_flags.h"

#include "agent/config/duration.h"
#include "agent/reader/child_reader.h"

namespace sockwarden {

void WatchFlags::declare(CLI::App& app, const std::string& duration_help) {
  app.add_option_function<std::string>(
         "--for", [this](const std::string& text) { duration_ = *parse_duration(text); }, duration_help)
      ->type_name("")
      ->check([](const std::string& text) {
        const auto parsed = parse_duration(text);
        return parsed ? std::string() : parsed.error();
      });
  format_.declare(app);
  app.add_option("--profile", profile_, "thresholds: development (waits 4 s) or production (30 s)")->type_name("");
  app.add_option("--wait", wait_, "report waits from this long, such as 10s; otherwise by profile")->type_name("");
  settings_.declare_kernel(app);
}

tl::expected<Config, Error> WatchFlags::config() const {
  ConfigSources sources = settings_.sources();
  sources.flags["profile"] = {profile_};
  if (!wait_.empty()) sources.flags["thresholds.wait"] = {wait_};
  if (const auto variant = settings_.variant(); !variant) return tl::unexpected(variant.error());
  auto loaded = load_config(sources);
  if (!loaded) return tl::unexpected(loaded.error());
  return std::move(loaded->config);
}

tl::expected<std::unique_ptr<WatchSession>, Error> WatchFlags::open(const Config& config) const {
  const auto variant = settings_.variant();
  if (!variant) return tl::unexpected(variant.error());
  auto kernel = load_kernel(kernel_options(config.kernel, *variant));
  if (!kernel) return tl::unexpected(kernel.error());
  return std::make_unique<WatchSession>(Pipeline(std::move(*kernel), std::make_unique<ChildReader>(), config));
}

}  // namespace sockwarden
