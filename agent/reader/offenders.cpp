#include "agent/reader/offenders.h"

#include <algorithm>

namespace sockwarden {

void Offenders::add(const Subject& subject, const std::string& reason, Time now) {
  offences_.push_back({subject, reason, now});
  if (offences_.size() > most) offences_.pop_front();
}

std::optional<std::string> Offenders::reason_against(const Subject& subject, Time now) {
  while (!offences_.empty() && now - offences_.front().at > memory) offences_.pop_front();
  for (const Offence& offence : offences_) {
    if (offence.subject.pid == subject.pid && offence.subject.start_ticks == subject.start_ticks) return offence.reason;
  }
  if (offences_.size() >= most) return "the reader failed too often";
  if (!subject.user || *subject.user == 0) return std::nullopt;
  const auto count = std::count_if(offences_.begin(), offences_.end(),
                                   [&](const Offence& offence) { return offence.subject.user == subject.user; });
  if (count < static_cast<std::ptrdiff_t>(most_of_user)) return std::nullopt;
  return "the reader failed too often at processes of user " + std::to_string(*subject.user);
}

}  // namespace sockwarden
