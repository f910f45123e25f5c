#include "agent/kernel/option_rest.h"

#include <utility>

namespace sockwarden {

bool OptionRest::wants_hook(std::uint64_t in_vain, Clock::time_point now) {
  if (now < rests_until_) return false;
  if (last_ && now - last_->time < shortest_look) return true;
  const std::optional<Look> last = std::exchange(last_, Look{in_vain, now});
  if (!last) return true;
  const double seconds = std::chrono::duration<double>(now - last->time).count();
  if (static_cast<double>(in_vain - last->in_vain) <= most_in_vain * seconds) return true;
  last_.reset();
  rests_until_ = now + rest;
  return false;
}

}  // namespace sockwarden
