#include "agent/publish/snapshot.h"

#include <utility>

namespace sockwarden {

void Snapshot::publish(Published next) {
  totals_.observe(next);
  history_.observe(next);
  auto shared = std::make_shared<const Published>(std::move(next));
  const std::lock_guard lock(mutex_);
  health_.succeeded(shared->model.time, shared->model.scan_duration);
  latest_.swap(shared);  // the old one is freed by `shared`, unless a request still reads it
}

bool Snapshot::scan_failed(const std::string& part, const std::string& reason, WallTime now) {
  const std::lock_guard lock(mutex_);
  return health_.failed(part, reason, now);
}

void Snapshot::expect_every(std::chrono::nanoseconds interval) {
  const std::lock_guard lock(mutex_);
  health_.interval = interval;
}

std::shared_ptr<const Published> Snapshot::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

ScanHealth Snapshot::scan_health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace sockwarden
