#include "agent/model/identities.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace sockwarden {

const Identity& other_identity() {
  static const Identity other{.comm = "other", .container_id = {}, .unit = {}, .service = "other"};
  return other;
}

Identities::Identities(Model::Memory& memory, const Model& model, const Model& last)
    : memory_(memory), now_(model.time) {
  // A process of the last Model may still have rows that were read after it was gone from the table.
  for (const auto& [serial, process] : last.processes)
    if ((serial & serial_without_tcp(0)) == 0 && !model.processes.contains(serial))
      by_serial_[serial] = index_of(process.identity);
  for (const auto& [serial, process] : model.processes)
    if ((serial & serial_without_tcp(0)) == 0) by_serial_[serial] = index_of(process.identity);
  unattributed_ = index_of(Identity{});
  by_serial_[0] = unattributed_;
}

std::uint32_t Identities::index_of(const Identity& identity) {
  const auto [found, inserted] = memory_.identities.try_emplace(identity);
  if (inserted) found->second.index = memory_.next_identity++;
  found->second.changed = now_;
  return found->second.index;
}

std::optional<std::uint32_t> Identities::of_process(std::uint32_t serial) const {
  const auto found = by_serial_.find(serial);
  if (found == by_serial_.end()) return std::nullopt;
  return found->second;
}

std::unordered_map<std::uint32_t, const Identity*> Identities::names() const {
  std::unordered_map<std::uint32_t, const Identity*> names;
  for (const auto& [identity, state] : memory_.identities) names[state.index] = &identity;
  return names;
}

void Identities::fold(const ModelLimits& limits) {
  const std::uint32_t into = index_of(other_identity());
  std::vector<std::tuple<Instant, std::uint32_t, Identity>> idle;
  for (const auto& [identity, state] : memory_.identities)
    if (state.changed != now_) idle.emplace_back(state.changed, state.index, identity);
  std::sort(idle.begin(), idle.end());
  for (const auto& [changed, index, identity] : idle) {
    const bool past = now_ - changed >= limits.retention;
    if (!past && memory_.identities.size() <= limits.identities) break;
    fold_one(index, into);
    memory_.identities.erase(identity);
    memory_.folded_identities += past ? 0 : 1;
  }
}

void Identities::fold_one(std::uint32_t from, std::uint32_t into) {
  auto role = memory_.roles.lower_bound({from, 0});
  while (role != memory_.roles.end() && role->first.identity == from) {
    RoleCarried& target = memory_.roles[{into, role->first.role}];
    add(target.totals.gone, role->second.totals.gone);
    add(target.other.gone, role->second.other.gone);
    add(target.gone_histograms, role->second.gone_histograms);
    role = memory_.roles.erase(role);
  }
  auto endpoint = memory_.endpoints.lower_bound({{from, 0}, {}});
  while (endpoint != memory_.endpoints.end() && endpoint->first.role.identity == from) {
    add(memory_.roles[{into, endpoint->first.role.role}].other.gone, endpoint->second.totals.gone);
    endpoint = memory_.endpoints.erase(endpoint);
  }
  auto option = memory_.options.lower_bound({from, 0, 0});
  while (option != memory_.options.end() && option->first.identity == from) {
    memory_.options[{into, option->first.level, option->first.name}].gone += option->second.gone;
    option = memory_.options.erase(option);
  }
}

}  // namespace sockwarden
