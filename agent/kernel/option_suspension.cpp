#include "agent/kernel/option_suspension.h"

#include <utility>

namespace sockwarden {

bool OptionSuspension::wants_hook(std::uint64_t redundant_calls, Clock::time_point now) {
  if (now < suspended_until_) return false;
  if (last_ && now - last_->time < shortest_look) return true;
  const std::optional<Look> last = std::exchange(last_, Look{redundant_calls, now});
  if (!last) return true;
  const double seconds = std::chrono::duration<double>(now - last->time).count();
  if (static_cast<double>(redundant_calls - last->redundant_calls) <= most_redundant_calls * seconds) return true;
  last_.reset();
  suspended_until_ = now + length;
  return false;
}

}  // namespace sockwarden
