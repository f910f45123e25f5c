#include "agent/model/ages.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

namespace sockwarden {
namespace {

constexpr std::size_t least_agreeing = 3;

std::uint32_t milliseconds_of(std::chrono::nanoseconds age) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ms, 0, std::numeric_limits<std::uint32_t>::max()));
}

bool agree(std::uint32_t low, std::uint32_t high) { return (high - low) * std::uint64_t{10} <= high; }

}  // namespace

void AgeSamples::add(std::chrono::nanoseconds age) {
  if (ms_.size() >= capacity) ms_.erase(ms_.begin());
  ms_.push_back(milliseconds_of(age));
}

std::optional<std::chrono::milliseconds> AgeSamples::constant(std::chrono::milliseconds floor) const {
  std::vector<std::uint32_t> ages;
  std::copy_if(ms_.begin(), ms_.end(), std::back_inserter(ages), [&](std::uint32_t ms) { return ms >= floor.count(); });
  std::sort(ages.begin(), ages.end());
  std::size_t best = 0, best_from = 0;
  for (std::size_t from = 0, to = 0; to < ages.size(); ++to) {
    while (!agree(ages[from], ages[to])) ++from;
    if (to - from + 1 > best) best = to - from + 1, best_from = from;
  }
  if (best < least_agreeing || best * 2 < ages.size()) return std::nullopt;
  return std::chrono::milliseconds(ages[best_from + best / 2]);
}

}  // namespace sockwarden
