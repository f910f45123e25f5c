#include "agent/publish/scan_health.h"

#include <algorithm>

#include "agent/contract/scan_failure.h"
#include "agent/publish/json.h"

namespace sockwarden {
namespace {

constexpr int intervals_of_grace = 3;

}  // namespace

ScanHealth::ScanHealth() {
  for (const ScanPart part : scan_parts) failures[name_of(part)] = 0;
}

bool ScanHealth::failed(const std::string& part, const std::string& reason, WallTime now) {
  ++failures[part];
  if (failing && failing->part == part && failing->reason == reason) return false;
  failing = Failing{part, reason, failing ? failing->since : now};
  return true;
}

void ScanHealth::succeeded(Instant ended, std::chrono::nanoseconds duration) {
  ++done;
  spent += duration;
  failing.reset();
  last_good = Good{ended, duration};
}

std::string words_of(const ScanHealth::Failing& failing) {
  return "scans fail since " + rfc3339(failing.since) + " (" + failing.part + "): " + failing.reason;
}

std::optional<std::string> why_not_ready(const ScanHealth& health, Instant now) {
  const std::string failing = health.failing ? words_of(*health.failing) : "";
  if (!health.last_good) return health.failing ? "no scan was good yet; " + failing : "the first scan is under way";
  if (!health.interval) return std::nullopt;
  const auto age = now - health.last_good->ended;
  if (age <= intervals_of_grace * std::max(*health.interval, health.last_good->duration)) return std::nullopt;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  return "the last good scan ended " + std::to_string(seconds) + " s ago" +
         (health.failing ? "; " + failing : ", and the one under way has not ended");
}

}  // namespace sockwarden
