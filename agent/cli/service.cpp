#include "agent/cli/service.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

namespace sockwarden {
namespace {

void notify(const std::string& state) { sd_notify(0, state.c_str()); }

}  // namespace

void Service::ready(const std::string& text) const { notify("READY=1\nSTATUS=" + text); }

void Service::reloading() const {
  // Type=notify-reload waits for a READY=1 that is younger than this time.
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void Service::stopping() const { notify("STOPPING=1"); }
void Service::alive() const { notify("WATCHDOG=1"); }
void Service::status(const std::string& text) const { notify("STATUS=" + text); }

std::optional<std::chrono::microseconds> Service::watchdog() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

}  // namespace sockwarden
