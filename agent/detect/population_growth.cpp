#include "agent/detect/population_growth.h"

#include <algorithm>

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

std::uint32_t typical_requests(const std::vector<LeftConnection>& left) {
  std::vector<std::uint32_t> requests;
  for (const LeftConnection& one : left) requests.push_back(one.requests);
  const auto middle = requests.begin() + static_cast<std::ptrdiff_t>(requests.size() / 2);
  std::nth_element(requests.begin(), middle, requests.end());
  return *middle;
}

/// While the connections came, others that were there already served more than one use: the program has a pool.
bool is_beside_reuse(const std::vector<LeftConnection>& left, const std::vector<PoolMember>& members, Instant last,
                     std::uint32_t one_use) {
  const std::uint32_t usual = std::max(one_use, typical_requests(left));
  std::size_t again = 0;
  for (const PoolMember& member : members)
    if (member.opened < last && member.requests > usual) again += member.requests - usual;
  return again >= 2 && again * 10 >= left.size();
}

std::ptrdiff_t growth_since(const std::vector<PoolMember>& members, Instant moment) {
  return std::count_if(members.begin(), members.end(),
                       [&](const PoolMember& member) { return member.opened > moment && !member.gone; }) -
         std::count_if(members.begin(), members.end(), [&](const PoolMember& member) {
           return member.opened <= moment && member.gone && *member.gone > moment;
         });
}

}  // namespace

nanoseconds least_disuse(const std::vector<PoolMember>& members, const Thresholds& thresholds) {
  nanoseconds survived{};
  for (const PoolMember& member : members) survived = std::max(survived, member.survived);
  return survived * 2 >= thresholds.leak ? std::max<nanoseconds>(survived * 2, thresholds.leak) : thresholds.leak;
}

bool keep_coming(const std::vector<LeftConnection>& left, const std::vector<PoolMember>& members,
                 const Thresholds& thresholds, std::uint32_t requests_of_one_use) {
  const nanoseconds long_disuse = 2 * least_disuse(members, thresholds);
  const auto certain =
      std::count_if(left.begin(), left.end(), [&](const LeftConnection& one) { return one.disused >= long_disuse; });
  std::vector<Instant> openings;
  for (const LeftConnection& one : left)
    if (one.opened) openings.push_back(*one.opened);
  if (certain < std::ptrdiff_t{thresholds.leak_count} || openings.size() < thresholds.leak_count) return false;
  const auto [first, last] = std::minmax_element(openings.begin(), openings.end());
  // A pool that is being filled uses some of its connections again; what fills unused is filled at once.
  const bool beside_reuse = is_beside_reuse(left, members, *last, requests_of_one_use);
  const nanoseconds least_span = beside_reuse ? nanoseconds{thresholds.leak} * 4 : nanoseconds{thresholds.leak} * 3 / 4;
  if (*last - *first < least_span) return false;
  const Instant middle = *first + (*last - *first) / 2;
  const auto late = std::count_if(openings.begin(), openings.end(), [&](Instant opened) { return opened > middle; });
  const std::ptrdiff_t enough = (std::ptrdiff_t{thresholds.leak_count} + 1) / 2;
  return late >= enough && growth_since(members, middle) >= enough;
}

std::ptrdiff_t opened_beside(const std::vector<PoolMember>& members, Instant moment) {
  std::ptrdiff_t opened = 0, replaced = 0;
  for (const PoolMember& member : members) {
    if (member.opened > moment) ++opened;
    if (member.ended_by_peer && member.gone && *member.gone > moment) ++replaced;
  }
  return opened - replaced;
}

}  // namespace sockwarden
