// The hand-over from the scanning thread to the web server's threads.
#pragma once

#include <memory>
#include <mutex>

#include "agent/publish/published.h"
#include "agent/publish/running_totals.h"

namespace sockwarden {

class Snapshot {
 public:
  /// Call after every scan, from one thread.
  void publish(Published next);

  /// Null until the first scan has been published.
  [[nodiscard]] std::shared_ptr<const Published> latest() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Published> latest_;
  RunningTotals totals_;
};

}  // namespace sockwarden
