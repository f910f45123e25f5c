#include "agent/inspection/families.h"

#include <utility>

namespace sockwarden {

void Families::ask(std::uint32_t serial, const Process* process) {
  if (!known_.contains(serial)) {
    if (process == nullptr || !reader_.ask(FamilyQuestion{serial, process->pid, process->facts.start_ticks})) return;
  }
  known_[serial].round = round_;
}

void Families::update() {
  for (FamilyAnswer& answer : reader_.take_families()) {
    const auto known = known_.find(answer.process);
    if (known != known_.end()) known->second.family = std::move(answer.family);
  }
  std::erase_if(known_, [&](const auto& entry) { return entry.second.round != round_; });
  ++round_;
}

ProgramFamily Families::of(std::uint32_t process) const {
  const auto known = known_.find(process);
  return known == known_.end() ? ProgramFamily{} : known->second.family;
}

}  // namespace sockwarden
