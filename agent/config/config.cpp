#include "agent/config/config.h"

namespace sockwarden {
using namespace std::chrono_literals;

Thresholds thresholds_of(Profile profile) {
  if (profile == Profile::development)
    return {.wait = 4s, .leak = 4s, .close_wait = 4s, .unproven = 60s, .leak_count = 3};
  return {.wait = 30s, .leak = 60s, .close_wait = 60s, .unproven = 1h, .leak_count = 10};
}

std::chrono::milliseconds scan_interval_of(Profile profile) { return profile == Profile::development ? 1s : 5s; }

Config with_profile(Config config) {
  const Thresholds built_in = thresholds_of(config.profile);
  Thresholds& thresholds = config.thresholds;
  if (thresholds.wait == 0ms) thresholds.wait = built_in.wait;
  if (thresholds.leak == 0ms) thresholds.leak = built_in.leak;
  if (thresholds.close_wait == 0ms) thresholds.close_wait = built_in.close_wait;
  if (thresholds.unproven == 0ms) thresholds.unproven = built_in.unproven;
  if (thresholds.leak_count == 0) thresholds.leak_count = built_in.leak_count;
  if (config.kernel.scan_interval == 0ms) config.kernel.scan_interval = scan_interval_of(config.profile);
  return config;
}

}  // namespace sockwarden
