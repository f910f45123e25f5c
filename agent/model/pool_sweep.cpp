#include "agent/model/pool_sweep.h"

#include <tuple>

namespace sockwarden {
namespace {

// At one moment ends come before beginnings, so that a connection handed on is not counted twice.
enum class Step : std::uint8_t { use_ends, closes, thrown_away, opens, use_begins };

struct Event {
  Instant time;
  Step step;
};

std::vector<Event> events_of(const std::vector<Usage>& usages, Instant from, Instant to) {
  std::vector<Event> events;
  events.reserve(usages.size() * 2);
  for (const Usage& usage : usages) {
    if (usage.closed && *usage.closed <= from) continue;
    events.push_back({std::max(usage.opened, from), Step::opens});
    if (usage.request) {
      const Instant end = std::min(usage.response.value_or(to), usage.closed.value_or(to));
      if (end > from || !usage.response) {
        events.push_back({std::max({*usage.request, usage.opened, from}), Step::use_begins});
        if (usage.response || usage.closed) events.push_back({std::max(end, from), Step::use_ends});
      }
    }
    if (usage.closed) events.push_back({*usage.closed, usage.thrown_away ? Step::thrown_away : Step::closes});
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return std::tie(a.time, a.step) < std::tie(b.time, b.step); });
  return events;
}

}  // namespace

Sweep sweep(const std::vector<Usage>& usages, Instant from, Instant to, Instant until) {
  Sweep result;
  std::int64_t open = 0, in_use = 0, left = 0;
  for (const Event& event : events_of(usages, from, to)) {
    switch (event.step) {
      case Step::use_ends:
        --in_use;
        break;
      case Step::closes:
        --open;
        break;
      case Step::thrown_away:
        --open;
        if (event.time > until) break;
        left = std::max<std::int64_t>(0, open - std::max<std::int64_t>(0, in_use));
        result.left_idle = std::min(result.left_idle.value_or(UINT64_MAX), static_cast<std::uint64_t>(left));
        break;
      case Step::opens:
        ++open;
        break;
      case Step::use_begins:
        ++in_use;
        break;
    }
    result.peak_open = std::max(result.peak_open, static_cast<std::uint64_t>(std::max<std::int64_t>(0, open)));
    result.peak_in_use = std::max(result.peak_in_use, static_cast<std::uint64_t>(std::max<std::int64_t>(0, in_use)));
  }
  return result;
}

}  // namespace sockwarden
