// The flags of the settings: what they say becomes the strongest source of the configuration.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "agent/config/load.h"
#include "agent/kernel/load.h"

namespace sockwarden {

class SettingFlags {
 public:
  /// The flags of every setting and --config.
  void declare_all(CLI::App& app);
  /// Only the hidden ones of the kernel side, for commands that look for themselves.
  void declare_kernel(CLI::App& app);

  /// With the file: --config, SOCKWARDEN_CONFIG, or the standard one where it exists.
  [[nodiscard]] ConfigSources sources() const;
  [[nodiscard]] tl::expected<KernelVariant, Error> variant() const;

 private:
  void declare(CLI::App& app, const std::string& key_prefix);

  bool reads_file_ = false;
  std::string file_;
  std::string variant_;
  std::map<std::string, std::vector<std::string>> values_;
};

/// "hash,receive-only,no-reason,no-cast" in any choice and order.
[[nodiscard]] tl::expected<KernelVariant, Error> parse_variant(const std::string& text);

[[nodiscard]] KernelOptions kernel_options(const Config::Kernel& config, const KernelVariant& variant);

}  // namespace sockwarden
