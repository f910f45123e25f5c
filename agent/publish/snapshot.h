// The hand-over from the scanning thread to the web server's threads.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "agent/publish/history.h"
#include "agent/publish/published.h"
#include "agent/publish/running_totals.h"
#include "agent/publish/scan_health.h"

namespace sockwarden {

class Snapshot {
 public:
  /// Call after every good scan, from one thread.
  void publish(Published next);
  /// Call after every other one: what is published stays. True where the scan before was good, or failed otherwise.
  bool scan_failed(const std::string& part, const std::string& reason, WallTime now);
  /// Scans come this often from now on.
  void expect_every(std::chrono::nanoseconds interval);

  /// Null until the first good scan has been published.
  [[nodiscard]] std::shared_ptr<const Published> latest() const;
  [[nodiscard]] ScanHealth scan_health() const;
  [[nodiscard]] const History& history() const { return history_; }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Published> latest_;
  ScanHealth health_;
  RunningTotals totals_;
  History history_;
};

}  // namespace sockwarden
