#include "agent/detect/pool_members.h"

#include <functional>

namespace sockwarden {
namespace {

std::pair<std::uint32_t, Address> key_of(const Connection& connection) {
  return {connection.counted_process, connection.remote};
}

PoolMember member_of(const Connection& connection) {
  return {.opened = *connection.established,
          .gone = std::nullopt,
          .requests = requests_of(connection),
          .survived = survived_idle(connection),
          .name = std::hash<std::string_view>{}(name_of(connection)),
          .ended_by_peer = connection.peer_closed && !connection.own_closed};
}

}  // namespace

PoolMembers::PoolMembers(const DetectionContext& context) : context_(context) {
  for (const Connection& connection : context.model.connections) {
    const bool is_open = !connection.settled && !connection.released;
    if (connection.role == Role::client && is_open && !connection.preexisting && connection.established)
      live_[key_of(connection)].push_back(&connection);
  }
}

std::vector<PoolMember> PoolMembers::beside(const Connection& connection) const {
  std::vector<PoolMember> members;
  if (const auto live = live_.find(key_of(connection)); live != live_.end())
    for (const Connection* one : live->second) members.push_back(member_of(*one));
  const Pool* pool = context_.pools.find({connection.counted_process, connection.remote});
  if (pool == nullptr) return members;
  for (const Ending& ending : pool->endings)
    members.push_back({.opened = ending.opened,
                       .gone = ending.released,
                       .requests = ending.requests,
                       .survived = ending.survived,
                       .name = ending.name,
                       .ended_by_peer = ending.closed_by == ClosedBy::peer});
  return members;
}

}  // namespace sockwarden
