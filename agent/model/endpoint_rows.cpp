#include "agent/model/endpoint_rows.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace sockwarden {
namespace {

/// An endpoint that has not changed for so long gives its row to a new one.
constexpr std::chrono::minutes stale_after{10};

/// What the kernel has of one endpoint, all processes of the identity together.
struct Present {
  sw_totals totals{};
  sw_totals retired{};
  std::uint64_t live = 0;
  bool in_kernel = false;
};
using PresentEndpoints = std::map<EndpointKey, Present>;

/// Endpoints of no process, by growth: the owner of the listener may change, what it was given stays with it.
void take_unattributed(RowContext& context, PresentEndpoints& present, FoldedEndpoints& folded) {
  Model::Memory& memory = context.memory;
  const auto has_row = [&](std::uint8_t role) {
    return std::any_of(context.sample.processes.begin(), context.sample.processes.end(),
                       [&](const auto& process) { return process.process.serial == 0 && process.roles[role]; });
  };
  const std::array<bool, SW_ROLE_COUNT> row_of_zero{has_row(0), has_row(1), has_row(2), has_row(3)};
  std::map<std::pair<std::uint8_t, Address>, sw_totals> seen;
  for (const EndpointSample& endpoint : context.sample.endpoints) {
    if (endpoint.key.process != 0 || endpoint.key.role >= SW_ROLE_COUNT) continue;
    const auto role = static_cast<std::uint8_t>(endpoint.key.role);
    const Address address = Address::from(endpoint.key.remote);
    sw_totals growth = endpoint.totals;
    const auto last = memory.unattributed.find({role, address});
    if (last != memory.unattributed.end() && closed_of(last->second) <= closed_of(growth))
      subtract(growth, last->second);
    seen[{role, address}] = endpoint.totals;

    const std::uint32_t owner = role == SW_ROLE_SERVER ? context.listeners.owner_of(address) : 0;
    const std::uint32_t identity = context.identities.of_process(owner).value_or(context.identities.unattributed());
    const RoleKey key{identity, role};
    Present& to = present[{key, address}];
    add(to.retired, growth);
    if (const Tally* tally = context.tally.of_endpoint({0, role, address})) {
      to.live += tally->live;
      folded.unattributed_live[key] += tally->live;
    }
    if (identity != context.identities.unattributed()) {
      add(memory.roles[key].totals.gone, growth);
      add(memory.attributed[role], growth);
    } else if (!row_of_zero[role]) {
      add(memory.roles[key].totals.gone, growth);
    }
  }
  if (!context.sample.endpoints.empty()) memory.unattributed = std::move(seen);
}

PresentEndpoints present_endpoints(RowContext& context, FoldedEndpoints& folded) {
  PresentEndpoints present;
  take_unattributed(context, present, folded);
  for (const EndpointSample& endpoint : context.sample.endpoints) {
    const auto role = static_cast<std::uint8_t>(endpoint.key.role);
    const std::optional<std::uint32_t> identity = context.identities.of_process(endpoint.key.process);
    if (endpoint.key.process == 0 || endpoint.key.role >= SW_ROLE_COUNT || !identity) continue;
    const Address address = Address::from(endpoint.key.remote);
    Present& to = present[{{*identity, role}, address}];
    if (endpoint.retired) {
      add(to.retired, endpoint.totals);
      continue;
    }
    to.in_kernel = true;
    add(to.totals, endpoint.totals);
    if (const Tally* tally = context.tally.of_endpoint({endpoint.key.process, role, address})) {
      tally->add_to(to.totals);
      to.live += tally->live;
    }
  }
  return present;
}

std::uint64_t busyness(const Present& present) {
  return present.live + present.totals.opened + present.totals.exchanges + present.retired.opened +
         present.retired.exchanges;
}

/// Hands out rows: to those that have one, then to the busiest newcomers.
class Admission {
 public:
  explicit Admission(RowContext& context) : context_(context) {
    for (const auto& [key, carried] : context.memory.endpoints) ++rows_[key.role];
  }

  [[nodiscard]] bool admit(const EndpointKey& key, const PresentEndpoints& present) {
    auto& endpoints = context_.memory.endpoints;
    const auto of_role = endpoints.lower_bound({key.role, {}});
    const auto after_role =
        std::find_if(of_role, endpoints.end(), [&](const auto& item) { return item.first.role != key.role; });
    if (rows_[key.role] >= context_.limits.endpoints_per_process && !evict_stale(of_role, after_role, present))
      return false;
    if (endpoints.size() >= context_.limits.endpoints && !evict_stale(endpoints.begin(), endpoints.end(), present))
      return false;
    ++rows_[key.role];
    endpoints[key].changed = context_.model.time;
    return true;
  }

 private:
  using Endpoints = std::map<EndpointKey, EndpointCarried>;

  bool evict_stale(Endpoints::iterator begin, Endpoints::iterator end, const PresentEndpoints& present) {
    auto stalest = end;
    for (auto it = begin; it != end; ++it) {
      if (it->second.live != 0 || context_.model.time - it->second.changed < stale_after) continue;
      if (stalest == end || it->second.changed < stalest->second.changed) stalest = it;
    }
    if (stalest == end) return false;
    const RoleKey role = stalest->first.role;
    add(context_.memory.roles[role].other.gone, stalest->second.totals.gone);
    if (present.contains(stalest->first)) context_.memory.folded.insert(stalest->first);
    context_.memory.endpoints.erase(stalest);
    --rows_[role];
    return true;
  }

  RowContext& context_;
  std::map<RoleKey, std::uint32_t> rows_;
};

void admit_newcomers(RowContext& context, const PresentEndpoints& present) {
  std::vector<std::pair<std::uint64_t, const EndpointKey*>> newcomers;
  for (const auto& [key, now] : present)
    if (!context.memory.endpoints.contains(key) && !context.memory.folded.contains(key))
      newcomers.emplace_back(busyness(now), &key);
  std::sort(newcomers.begin(), newcomers.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.first, *a.second) < std::tuple(a.first, *b.second);
  });
  Admission admission(context);
  for (const auto& [busy, key] : newcomers)
    if (!admission.admit(*key, present)) context.memory.folded.insert(*key);
}

}  // namespace

FoldedEndpoints take_endpoints(RowContext& context) {
  Model::Memory& memory = context.memory;
  FoldedEndpoints folded;
  const PresentEndpoints present = present_endpoints(context, folded);
  admit_newcomers(context, present);

  for (const auto& [key, now] : present) {
    if (memory.folded.contains(key)) {
      add(memory.roles[key.role].other.gone, now.retired);
      add(folded.present[key.role], now.totals);
    } else {
      add(memory.endpoints[key].totals.gone, now.retired);
    }
  }
  std::erase_if(memory.folded, [&](const EndpointKey& key) {
    const auto found = present.find(key);
    return found == present.end() || !found->second.in_kernel;
  });
  const Present nothing;
  for (auto& [key, carried] : memory.endpoints) {
    const auto found = present.find(key);
    const Present& now = found == present.end() ? nothing : found->second;
    sw_totals actual = now.totals;
    add(actual, carried.totals.gone);
    const std::uint64_t before = carried.totals.published.opened + carried.totals.published.exchanges;
    raise(carried.totals.published, actual);
    if (carried.totals.published.opened + carried.totals.published.exchanges != before)
      carried.changed = context.model.time;
    carried.live = now.live;
  }
  return folded;
}

}  // namespace sockwarden
