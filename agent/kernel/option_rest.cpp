#include "agent/kernel/option_rest.h"

namespace sockwarden {

bool OptionRest::wants_hook(std::uint64_t in_vain, Clock::time_point now) {
  if (now < rests_until_) return false;
  const std::optional<Look> last = last_;
  last_ = {in_vain, now};
  if (!last || now <= last->time) return true;
  const double seconds = std::chrono::duration<double>(now - last->time).count();
  if (static_cast<double>(in_vain - last->in_vain) <= most_in_vain * seconds) return true;
  last_.reset();
  rests_until_ = now + rest;
  return false;
}

}  // namespace sockwarden
