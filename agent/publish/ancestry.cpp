#include "agent/publish/ancestry.h"

#include <iterator>
#include <limits>

namespace sockwarden {
namespace {

constexpr int generations_limit = 256;  // pids are reused, so that a chain of dead processes may be a circle

}  // namespace

Ancestry::Ancestry(const Published& published) {
  const auto remember = [&](const Process& process) {
    if (process.facts.parent_pid != 0)
      parents_.emplace(Life{process.pid, process.facts.start_ticks}, process.facts.parent_pid);
  };
  for (const auto& [pid, parent] : published.model.parents) parents_.emplace(Life{pid, parent.start_ticks}, parent.pid);
  for (const auto& [serial, process] : published.model.processes) remember(process);
  for (const auto& entry : published.findings) remember(entry.process);
}

bool Ancestry::descends(const Process& process, std::uint32_t ancestor) const {
  // A parent starts before its child: whoever began to use its number later is another process.
  const bool known_start = process.facts.start_ticks != 0;
  Life latest{process.pid, known_start ? process.facts.start_ticks : std::numeric_limits<std::uint64_t>::max()};
  for (int generation = 0; generation < generations_limit && latest.first != 0; ++generation) {
    const auto later = parents_.upper_bound(latest);
    if (latest.first == ancestor) return later == parents_.end() || later->first.first != ancestor;
    if (later == parents_.begin()) return false;
    const auto& [life, parent] = *std::prev(later);
    if (life.first != latest.first) return false;
    latest = {parent, life.second};
  }
  return false;
}

}  // namespace sockwarden
