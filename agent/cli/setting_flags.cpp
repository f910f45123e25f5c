#include "agent/cli/setting_flags.h"

#include <filesystem>
#include <sstream>

#include "agent/config/nearest.h"
#include "agent/config/setting.h"

namespace sockwarden {
namespace {

constexpr const char* standard_file = "/etc/sockwarden/sockwarden.yaml";
constexpr const char* hidden = "";

}  // namespace

void SettingFlags::declare(CLI::App& app, const std::string& key_prefix) {
  for (const Setting& setting : settings()) {
    if (setting.flag.empty() || !setting.key.starts_with(key_prefix)) continue;
    std::vector<std::string>& values = values_[setting.key];
    CLI::Option* option = nullptr;
    if (setting.form == Setting::Form::switch_off || setting.form == Setting::Form::switch_on) {
      const std::string value = setting.form == Setting::Form::switch_on ? "true" : "false";
      option = app.add_flag_callback(
          setting.flag, [&values, value] { values = {value}; }, setting.help);
    } else {
      option = app.add_option(setting.flag, values, setting.help)->type_name("")->type_size(1)->allow_extra_args(false);
      if (setting.form != Setting::Form::list) option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    if (setting.hidden) option->group(hidden);
  }
}

void SettingFlags::declare_all(CLI::App& app) {
  reads_file_ = true;
  app.add_option("--config", file_,
                 std::string("configuration file; otherwise $SOCKWARDEN_CONFIG, or ") + standard_file)
      ->type_name("");
  declare(app, "");
  app.add_option("--kernel-variant", variant_)->group(hidden);
}

void SettingFlags::declare_kernel(CLI::App& app) {
  declare(app, "kernel.");
  app.add_option("--kernel-variant", variant_)->group(hidden);
  for (CLI::Option* option : app.get_options()) {
    if (option->check_lname("scan-interval")) option->group(hidden);
  }
}

ConfigSources SettingFlags::sources() const {
  ConfigSources sources{.file = file_, .environment = process_environment(), .flags = {}};
  for (const auto& [key, values] : values_) {
    if (!values.empty()) sources.flags[key] = values;
  }
  if (!reads_file_ || !file_.empty()) return sources;
  const auto named = sources.environment.find("SOCKWARDEN_CONFIG");
  std::error_code ignored;
  if (named != sources.environment.end() && !named->second.empty()) {
    sources.file = named->second;
  } else if (std::filesystem::exists(standard_file, ignored)) {
    sources.file = standard_file;
  }
  return sources;
}

tl::expected<KernelVariant, Error> SettingFlags::variant() const { return parse_variant(variant_); }

tl::expected<KernelVariant, Error> parse_variant(const std::string& text) {
  KernelVariant variant;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    if (part == "hash") {
      variant.force_hash = true;
    } else if (part == "receive-only") {
      variant.force_receive_only = true;
    } else if (part == "no-reason") {
      variant.force_no_reason = true;
    } else if (part == "no-cast") {
      variant.force_no_cast = true;
    } else {
      const std::string advice = suggestion(part, {"hash", "receive-only", "no-reason", "no-cast"});
      return tl::unexpected(Error{"use the flag", "--kernel-variant", 0, "\"" + part + "\" is unknown, " + advice});
    }
  }
  return variant;
}

KernelOptions kernel_options(const Config::Kernel& config, const KernelVariant& variant) {
  return {.ring_bytes = config.ring_bytes,
          .max_sockets = config.max_sockets,
          .max_processes = config.max_processes,
          .max_endpoints = config.max_endpoints,
          .protocol_parser = config.protocol_parser,
          .stacks = config.stacks,
          .seed_orphans = config.seed_orphans,
          .variant = variant};
}

}  // namespace sockwarden
