#include "agent/publish/process_of_pid.h"

#include <utility>

namespace sockwarden {

ProcessOfPid::ProcessOfPid(const Published& published, std::uint32_t pid) : model_(published.model), pid_(pid) {
  const auto age = [](const Process& one) { return std::pair(one.facts.start_ticks, one.serial); };
  const Process* found = model_.process_of_pid(pid);
  if (found == nullptr) {
    for (const auto& [serial, process] : model_.processes)
      if (process.pid == pid && (found == nullptr || age(process) > age(*found))) found = &process;
  }
  if (found == nullptr) return;
  serial_ = found->serial;
  start_ticks_ = found->facts.start_ticks;
}

bool ProcessOfPid::is(const Process& process) const {
  if (process.pid != pid_) return false;
  if (process.facts.start_ticks == 0 || start_ticks_ == 0) return process.serial == serial_;
  return process.facts.start_ticks == start_ticks_;
}

bool ProcessOfPid::owns(const Connection& connection) const {
  const Process* process = model_.process_of(connection);
  return process != nullptr ? is(*process) : connection.pid == pid_;
}

}  // namespace sockwarden
