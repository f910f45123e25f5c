#include "agent/findings/shares.h"

#include <algorithm>

namespace sockwarden {

void Shares::add(const Process& process) {
  User& user = users_[user_of(process)];
  ++user.findings;
  ++user.processes[process.serial];
  greatest_.reset();
}

void Shares::remove(const Process& process) {
  const auto user = users_.find(user_of(process));
  if (user == users_.end()) return;
  const auto found = user->second.processes.find(process.serial);
  if (found == user->second.processes.end()) return;
  if (--found->second == 0) user->second.processes.erase(found);
  if (--user->second.findings == 0) users_.erase(user);
  greatest_.reset();
}

const Shares::User* Shares::greatest() const {
  if (users_.empty()) return nullptr;
  if (!greatest_)
    greatest_ = std::max_element(users_.begin(), users_.end(), [](const auto& a, const auto& b) {
                  return a.second.findings < b.second.findings;
                })->first;
  return &users_.at(*greatest_);
}

std::optional<std::uint32_t> Shares::who_makes_room_for(const Process& process) const {
  const User* most = greatest();
  if (most == nullptr) return std::nullopt;
  const auto own = users_.find(user_of(process));
  const std::size_t own_findings = own == users_.end() ? 0 : own->second.findings;
  const bool among_own = own_findings + 1 >= most->findings;
  const User& user = among_own && own != users_.end() ? own->second : *most;
  const auto process_with_most = std::max_element(user.processes.begin(), user.processes.end(),
                                                  [](const auto& a, const auto& b) { return a.second < b.second; });
  if (among_own) {
    const auto same = user.processes.find(process.serial);
    const std::size_t own_of_process = same == user.processes.end() ? 0 : same->second;
    if (own == users_.end() || own_of_process + 1 >= process_with_most->second) return std::nullopt;
  }
  return process_with_most->first;
}

}  // namespace sockwarden
