#include "agent/model/rows.h"

#include "agent/model/endpoint_rows.h"
#include "agent/model/histogram_rows.h"

namespace sockwarden {
namespace {

bool is_empty(const sw_totals& totals) {
  using Fields = std::array<std::uint64_t, sizeof(sw_totals) / sizeof(std::uint64_t)>;
  return std::bit_cast<Fields>(totals) == Fields{};
}

/// What the kernel has now, on top of what is carried.
struct Present {
  sw_totals totals{};
  sw_totals other{};
  Histograms histograms{};
  std::uint64_t live = 0;
};
using PresentRoles = std::map<RoleKey, Present>;

void take_retired(RoleCarried& carried, const sw_process_role& row) {
  add(carried.totals.gone, row.totals);
  add(carried.other.gone, row.other);
  add(carried.gone_histograms, row.histograms);
}

void take_role(RowContext& context, PresentRoles& present, const ProcessSample& process, std::uint8_t role) {
  const std::optional<std::uint32_t> identity = context.identities.of_process(process.process.serial);
  if (!process.roles[role] || !identity) return;
  const sw_process_role& row = *process.roles[role];
  const RoleKey key{*identity, role};
  if (process.retired && process.process.serial != 0) {
    take_retired(context.memory.roles[key], row);
    return;
  }
  Present& to = present[key];
  sw_totals totals = row.totals;
  if (process.process.serial == 0) {
    subtract(totals, context.memory.attributed[role]);
  } else {
    if (const Tally* tally = context.tally.of_role(process.process.serial, role)) {
      tally->add_to(totals);
      to.live += tally->live;
    }
    if (const Tally* tally = context.tally.of_other(process.process.serial, role)) tally->add_to(to.other);
    if (const sw_histogram* handshakes = context.tally.handshakes_of(process.process.serial, role))
      add(to.histograms[SW_HISTOGRAM_TLS_HANDSHAKE_US], *handshakes);
    if (const sw_histogram* first_bytes = context.tally.first_bytes_of(process.process.serial, role))
      add(to.histograms[SW_HISTOGRAM_FIRST_BYTE_US], *first_bytes);
  }
  add(to.totals, totals);
  add(to.other, row.other);
  add(to.histograms, row.histograms);
}

void publish(RowContext& context, PresentRoles& present) {
  for (const auto& [key, now] : present) context.memory.roles.try_emplace(key);
  const auto names = context.identities.names();
  for (auto& [key, carried] : context.memory.roles) {
    Present& now = present[key];
    add(now.totals, carried.totals.gone);
    add(now.other, carried.other.gone);
    add(now.histograms, carried.gone_histograms);
    raise(carried.totals.published, now.totals);
    raise(carried.other.published, now.other);
    raise(carried.published_histograms, now.histograms);
    const Identity& identity = *names.at(key.identity);
    const Role role = static_cast<Role>(key.role);
    if (!is_empty(carried.totals.published) || now.live != 0)
      context.model.process_rows.push_back({identity, role, carried.totals.published, {}, now.live});
    if (!is_empty(carried.other.published))
      context.model.endpoint_rows.push_back({identity, role, "other", carried.other.published, 0});
  }
  for (const auto& [key, carried] : context.memory.endpoints)
    context.model.endpoint_rows.push_back({*names.at(key.role.identity), static_cast<Role>(key.role.role),
                                           key.address.string(), carried.totals.published, carried.live});
}

}  // namespace

void build_rows(RowContext& context) {
  const FoldedEndpoints folded = take_endpoints(context);
  PresentRoles present;
  for (const ProcessSample& process : context.sample.processes)
    for (std::uint8_t role = 0; role < SW_ROLE_COUNT; ++role) take_role(context, present, process, role);
  for (const auto& [key, totals] : folded.present) add(present[key].other, totals);
  for (const auto& [key, live] : folded.unattributed_live) present[key].live += live;
  publish(context, present);
  build_histograms(context);
  context.model.folded_endpoints = context.memory.folded.size();
}

}  // namespace sockwarden
