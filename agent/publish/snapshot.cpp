#include "agent/publish/snapshot.h"

#include <utility>

namespace sockwarden {

void Snapshot::publish(Published next) {
  totals_.observe(next);
  auto shared = std::make_shared<const Published>(std::move(next));
  const std::lock_guard lock(mutex_);
  latest_.swap(shared);  // the old one is freed by `shared`, unless a request still reads it
}

std::shared_ptr<const Published> Snapshot::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

}  // namespace sockwarden
