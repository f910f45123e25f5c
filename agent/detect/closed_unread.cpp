#include "agent/detect/closed_unread.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace sockwarden {
namespace {

bool any_has(const std::vector<std::string>& frames, std::string_view name) {
  return std::any_of(frames.begin(), frames.end(),
                     [&](const std::string& frame) { return frame.find(name) != std::string::npos; });
}

/// Go's net/http: the goroutine that reads a connection's responses closes it itself when a body was closed before its
/// end, or when the pool has no room. A connection that lay in the pool is closed elsewhere, or by that goroutine while
/// it waits in a read, which is no call of close().
bool is_given_up_by_transport(const std::vector<std::string>& frames) {
  return any_has(frames, "net/http.(*persistConn).readLoop") && any_has(frames, "net/http.(*persistConn).close");
}

/// A pool that is full throws connections away from the same place, but it goes on to use those that it keeps.
bool has_room(const PoolCase& pool_case, const std::vector<const Ending*>& thrown) {
  if (pool_case.peak_open() <= std::max<std::uint64_t>(pool_case.kept_idle(), 1)) return true;
  return pool_case.kept_idle() == 0 && are_single(thrown, 1) && !pool_case.reuses();
}

}  // namespace

std::vector<const Ending*> closed_unread(const Scene& scene, const PoolCase& pool_case) {
  if (scene.frames == nullptr || !pool_case.is_known_for(3)) return {};
  const auto thrown = pool_case.endings(
      [](const Ending& ending) { return ending.reusable && !ending.asked_close && ending.closing_stack_id != 0; });
  if (!has_room(pool_case, thrown)) return {};
  std::map<std::uint32_t, bool> given_up;
  std::vector<const Ending*> unread;
  for (const Ending* ending : thrown) {
    const auto [found, added] = given_up.try_emplace(ending->closing_stack_id);
    if (added)
      found->second = is_given_up_by_transport((*scene.frames)(pool_case.process.pid, ending->closing_stack_id));
    if (found->second) unread.push_back(ending);
  }
  return unread;
}

}  // namespace sockwarden
