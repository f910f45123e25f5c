#include "agent/detect/observed_wait.h"

#include <array>
#include <utility>

namespace sockwarden {

const char* name_of(WaitVerdict verdict) {
  constexpr std::array names{"limited", "unproven", "proven"};
  return names[static_cast<std::size_t>(verdict)];
}

void ObservedWaits::add(ObservedWait wait) {
  const auto key = [&] { return Key{wait.pid, wait.endpoint, wait.phase, wait.verdict}; };
  if (waits_.size() >= capacity_ && !waits_.contains(key())) wait.endpoint = "other";
  const auto found = waits_.find(key());
  if (found == waits_.end()) {
    waits_.emplace(key(), std::move(wait));
    return;
  }
  ObservedWait& known = found->second;
  const std::uint64_t count = known.count + wait.count;
  if (wait.waited > known.waited) known = std::move(wait);
  known.count = count;
}

void ObservedWaits::add(const ObservedWaits& others) {
  for (const auto& [key, wait] : others.waits_) add(wait);
}

std::vector<ObservedWait> ObservedWaits::all() const {
  std::vector<ObservedWait> all;
  all.reserve(waits_.size());
  for (const auto& [key, wait] : waits_) all.push_back(wait);
  return all;
}

}  // namespace sockwarden
