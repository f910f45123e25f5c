#include "agent/publish/ancestry.h"

namespace sockwarden {
namespace {

constexpr int generations_limit = 256;  // pids are reused, so that a chain of dead processes may be a circle

}  // namespace

Ancestry::Ancestry(const Published& published) {
  const auto remember = [&](const Process& process) {
    if (process.facts.parent_pid != 0) parents_.emplace(process.pid, process.facts.parent_pid);
  };
  for (const auto& [pid, parent] : published.model.parents) parents_.emplace(pid, parent.pid);
  for (const auto& [serial, process] : published.model.processes) remember(process);
  for (const auto& entry : published.findings) remember(entry.process);
}

bool Ancestry::descends(std::uint32_t pid, std::uint32_t ancestor) const {
  for (int generation = 0; generation < generations_limit && pid != 0; ++generation) {
    if (pid == ancestor) return true;
    const auto known = parents_.find(pid);
    pid = known == parents_.end() ? 0 : known->second;
  }
  return false;
}

}  // namespace sockwarden
