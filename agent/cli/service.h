// What the service manager is told (sd_notify); without one, nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace sockwarden {

class Service {
 public:
  void ready(const std::string& status) const;
  void reloading() const;
  void stopping() const;
  void alive() const;
  void status(const std::string& text) const;

  /// How often alive() must be called at least; empty = no watchdog.
  [[nodiscard]] static std::optional<std::chrono::microseconds> watchdog();
};

}  // namespace sockwarden
