// Every setting that is one value or a list of values: the same table serves the file, the environment and the flags.
#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/config/config.h"

namespace sockwarden {

struct Setting {
  std::string key;   ///< in the file: "kernel.scan_interval"
  std::string flag;  ///< "--scan-interval", empty = none
  std::string help;
  enum class Form { value, list, switch_off, switch_on } form = Form::value;  ///< of a switch, what the flag sets
  bool hidden = false;                                                        ///< the flag is not in --help
  /// The error is a sentence's end: `"loud" is no log level; …`.
  std::function<tl::expected<void, std::string>(Config&, const std::vector<std::string>&)> set;
  std::string standard;  ///< the default, as a file would give it
  /// The value of a profile, of what may be "by-profile".
  std::function<std::string(const Config&)> in_force = nullptr;

  [[nodiscard]] std::string variable() const;  ///< "SOCKWARDEN_KERNEL_SCAN_INTERVAL"
};

[[nodiscard]] const std::vector<Setting>& settings();
[[nodiscard]] const Setting* find_setting(const std::string& key);

}  // namespace sockwarden
