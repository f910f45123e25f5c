#include "agent/detect/steady_dialing.h"

#include <algorithm>

namespace sockwarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Faster than any probe that people set; a second of sleep between two is a little longer than that.
constexpr milliseconds least_period{1000};
/// Probes of several kinds (a check of life and one of readiness) have some periods among them.
constexpr std::size_t most_periods = 3;
constexpr milliseconds jitter{50};

/// How many different lengths there are among `gaps`, which are sorted: each within a quarter of its shortest, since a
/// busy host keeps no exact time. One in four may be late beyond that, alone of its length.
std::size_t different(const std::vector<nanoseconds>& gaps) {
  std::size_t lengths = 0, late = gaps.size() / 4;
  for (std::size_t first = 0, next = 0; first < gaps.size(); first = next) {
    const nanoseconds most = gaps[first] + std::max<nanoseconds>(gaps[first] / 4, jitter);
    while (next < gaps.size() && gaps[next] <= most) ++next;
    if (next - first == 1 && late > 0) {
      --late;
    } else {
      ++lengths;
    }
  }
  return lengths;
}

}  // namespace

bool are_probes(const std::vector<const Ending*>& endings) {
  if (endings.size() < 3) return false;
  std::vector<const Ending*> in_order = endings;
  std::sort(in_order.begin(), in_order.end(),
            [](const Ending* left, const Ending* right) { return left->opened < right->opened; });
  std::vector<nanoseconds> gaps;
  for (std::size_t i = 1; i < in_order.size(); ++i) {
    if (in_order[i]->opened < in_order[i - 1]->closed) return false;
    gaps.push_back(in_order[i]->opened - in_order[i - 1]->opened);
  }
  const nanoseconds all = in_order.back()->opened - in_order.front()->opened;
  if (all < least_period * static_cast<std::int64_t>(gaps.size())) return false;
  std::sort(gaps.begin(), gaps.end());
  // Few gaps must be alike; of many, a period that shows again and again is enough.
  return different(gaps) <= std::clamp<std::size_t>(gaps.size() / 3, 1, most_periods);
}

}  // namespace sockwarden
